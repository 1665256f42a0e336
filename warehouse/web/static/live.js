/** Fragments that keep themselves fresh: data-refresh="/url" data-every="5". The answer replaces the element, and may end the refreshing. */

const LONGEST_S = 60;

export function keepFresh(root = document) {
  for (const element of root.querySelectorAll("[data-refresh]")) follow(element);
}

function follow(element) {
  const every = Number(element.dataset.every) || 5;
  let wait = every;

  async function look() {
    if (!element.isConnected) return;
    if (document.hidden) {
      document.addEventListener("visibilitychange", look, { once: true });
      return;
    }
    const text = await fragment(element.dataset.refresh);
    if (!element.isConnected) return;
    if (text) {
      const fresh = new DOMParser().parseFromString(text, "text/html").body.firstElementChild;
      if (fresh) {
        element.replaceWith(document.adoptNode(fresh));
        if (fresh.dataset.refresh) follow(fresh);
        return;
      }
    }
    // What is shown may be old now: say so, and come back less often.
    element.toggleAttribute("data-stale", text === null);
    wait = text === null ? Math.min(wait * 2, LONGEST_S) : every;
    setTimeout(look, wait * 1000);
  }

  setTimeout(look, every * 1000);
}

/** The text of a fragment; "" for nothing new, null when it could not be had. */
async function fragment(url) {
  try {
    const response = await fetch(url, { headers: { Accept: "text/html" }, redirect: "manual" });
    if (response.status === 204 || response.status === 304) return "";
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}
