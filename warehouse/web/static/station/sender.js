/** One scan over the wire, once: what came back, and whether that was an answer at all. */

const PATIENCE_MS = 15_000;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 15_000;
const LONGEST_ASKED_MS = 120_000;
const NO_ANSWER = new Set([408, 425, 429]);

/**
 * Post the frozen request of a scan; resolve with one of
 * {kind: "answer", status, page}: definite, `page` holds the fragments;
 * {kind: "again", afterMs, status}: nobody knows, send the same once more (`afterMs` null: the caller's own pace);
 * {kind: "login"}: the session is over; {kind: "unclear", status}: refused by something that does not speak our language.
 */
export async function post({ url, body }, csrfToken) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8", "X-CSRFToken": csrfToken, Accept: "text/html" },
      credentials: "same-origin",
      redirect: "manual",
      signal: abort.signal,
    });
    return read(response, await response.text()); // a cut answer fails here and counts as none
  } catch {
    return { kind: "again", afterMs: null };
  } finally {
    clearTimeout(timer);
  }
}

function read(response, text) {
  const { status } = response;
  if (status === 401 || response.type === "opaqueredirect") return { kind: "login" };
  if (status >= 500 || NO_ANSWER.has(status)) return { kind: "again", afterMs: asked(response), status };
  const page = new DOMParser().parseFromString(text, "text/html");
  if (page.getElementById("station") || page.getElementById("message")) return { kind: "answer", status, page };
  // A page of a proxy or of a hotspot with status 200 has taken nothing.
  return response.ok ? { kind: "again", afterMs: null } : { kind: "unclear", status };
}

function asked(response) {
  const seconds = Number(response.headers.get("Retry-After") ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, LONGEST_ASKED_MS) : null;
}

/** The wait before try number `tries` (from 1), in milliseconds, with jitter so that a hall of tablets does not come back at once. */
export function pace(tries) {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
  return longest * (0.5 + Math.random() / 2);
}
