/** A tablet left alone locks itself: the screen is covered at once, and the server told until it has heard. */

const AGAIN_MS = 3_000;

/** Lock after `seconds` without a touch or a key (0: never), and at once when `lockNow` asks for it. */
export function lockWhenIdle({ seconds, url, doorUrl, csrfToken, cover }) {
  let timer = 0;
  let locking = false;

  async function lockNow() {
    if (locking) return;
    locking = true;
    cover();
    for (;;) {
      const done = await fetch(url, { method: "POST", headers: { "X-CSRFToken": csrfToken() }, redirect: "manual" })
        .then((response) => response.status < 500, () => false);
      if (done) break;
      await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS); });
    }
    location.assign(doorUrl());
  }

  function touched() {
    clearTimeout(timer);
    if (seconds > 0) timer = setTimeout(lockNow, seconds * 1000);
  }

  for (const event of ["pointerdown", "keydown"]) document.addEventListener(event, touched, { capture: true, passive: true });
  touched();
  return lockNow;
}
