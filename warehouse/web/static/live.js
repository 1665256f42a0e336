/**
 * Fragments that keep themselves fresh: data-refresh="/url" data-every="5". The answer replaces the element if it says anything new,
 * and may end the refreshing. What nobody sees is not asked for. `refreshed` is told of each replacement.
 */

const LONGEST_S = 60;
const PATIENCE_MS = 15_000;
const LONGEST_TAP_MS = 2_000;

let lifted = Promise.resolve(); // settles when no finger is on the glass any more
let lift = () => {};

document.addEventListener("pointerdown", () => {
  lift();
  lifted = new Promise((settle) => { lift = settle; });
  setTimeout(lift, LONGEST_TAP_MS);
}, true);
// The click comes right behind its finger.
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => setTimeout(lift), true);

export function keepFresh(root = document) {
  for (const element of root.querySelectorAll("[data-refresh]")) follow(element);
}

export function follow(element, shown = element.outerHTML) {
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
      // An element that is replaced under a finger loses the tap: one that says the same stays.
      if (fresh && fresh.outerHTML !== shown) {
        await lifted;
        if (!element.isConnected) return;
        const says = fresh.outerHTML;
        element.replaceWith(document.adoptNode(fresh));
        if (fresh.dataset.refresh) follow(fresh, says);
        document.dispatchEvent(new CustomEvent("refreshed", { detail: fresh }));
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
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
  try {
    const response = await fetch(url, { headers: { Accept: "text/html" }, redirect: "manual", signal: abort.signal });
    if (response.status === 204 || response.status === 304) return "";
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
