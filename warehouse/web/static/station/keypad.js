/** Large keys for gloves: a number that goes as a scan, with the next scan, or into a field of a form. */

/**
 * Serve every keypad on the page, also those of later fragments.
 *
 * onSend(barcode, fields): the number as a scan; onArm(field, number): it goes with the next scan.
 */
export function serveKeypads({ onSend, onArm }) {
  document.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]");
    const pad = key?.closest("[data-keypad]");
    if (!pad) return;
    if (pad.dataset.fills !== undefined) fill(pad, key.dataset.key);
    else if (key.dataset.key === "enter") enter(pad, { onSend, onArm });
    else press(pad.querySelector("[data-number]"), key.dataset.key, Number(pad.dataset.most));
  });
  // A key must not take the focus from the field that scans or digits go to.
  document.addEventListener("mousedown", (event) => { if (event.target.closest("[data-key], [data-scan]")) event.preventDefault(); });
}

/** Take the number that stands in a keypad for the next scan and was not entered: whoever keyed it meant it. */
export function keyed() {
  const pad = document.querySelector("[data-keypad][data-field]:not([data-fills])");
  const shown = pad?.querySelector("[data-number]");
  if (!shown || !/\d/.test(shown.textContent)) return {};
  const number = shown.textContent;
  shown.textContent = "";
  return { [pad.dataset.field]: number };
}

function press(shown, key, most) {
  shown.textContent = pressed(shown.textContent, key, most);
}

function pressed(number, key, most) {
  if (key === "clear") return "";
  if (key === "back") return number.slice(0, -1);
  if (number.length >= most || (key === "." && number.includes("."))) return number;
  return (number === "0" && key !== "." ? "" : number) + key;
}

function enter(pad, { onSend, onArm }) {
  const shown = pad.querySelector("[data-number]");
  const number = shown.textContent;
  if (!/\d/.test(number)) return;
  shown.textContent = "";
  if (pad.dataset.send !== undefined) onSend(pad.dataset.send + number);
  else onArm(pad.dataset.field, number);
}

function fill(pad, key) {
  const fields = [...pad.closest("form").querySelectorAll("input:not([type=hidden])")];
  const field = fields.includes(document.activeElement) ? document.activeElement : fields.find((one) => one.value === "") ?? fields[0];
  field.value = pressed(field.value, key, 32);
  field.focus({ preventScroll: true });
}
