/** What a form being typed would give: form[data-preview="/url"] asks for a fragment that replaces the element data-preview-into. */

const PAUSE_MS = 200;

function serve(form) {
  let timer = 0;
  let asked = 0;

  async function look() {
    const mine = ++asked;
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("csrf_token");
    try {
      const response = await fetch(`${form.dataset.preview}?${fields}`, { redirect: "manual" });
      const text = response.ok ? await response.text() : "";
      const fresh = new DOMParser().parseFromString(text, "text/html").body.firstElementChild;
      if (fresh && mine === asked) document.getElementById(form.dataset.previewInto)?.replaceWith(document.adoptNode(fresh));
    } catch {
      // The form works without it.
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  });
}

for (const form of document.querySelectorAll("form[data-preview]")) serve(form);
