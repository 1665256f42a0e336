/** The page as answers change it: fragments swapped by id, the count of waiting scans, what the next scan carries. */

const floor = () => document.getElementById("floor");
const station = () => document.getElementById("station");
const message = () => document.getElementById("message");

/** Replace every element of the page that the answer brings anew; return what it says then (see `standing`). */
export function show(page) {
  const brought = [...page.body.children].filter((element) => element.id && document.getElementById(element.id));
  for (const element of brought) document.getElementById(element.id).replaceWith(document.adoptNode(element));
  const root = brought.find((element) => element.id === "station") ?? message();
  if (root.id === "station") settleBar({ isNew: true });
  const said = message().querySelector(".said");
  const text = said?.textContent.trim() ?? "";
  keepCodesWhole(said);
  const expects = message().querySelector(".expects")?.textContent.trim() ?? "";
  document.getElementById("spoken").textContent = `${text} ${expects}`;
  return standing(root);
}

/** What the page says as it stands: {tone, sound, text, mustBeSeen, asks, goto}; nothing without a screen. */
export function standing(root = station()) {
  return root && {
    tone: root.dataset.tone,
    sound: root.dataset.sound,
    text: message().querySelector(".said")?.textContent.trim() ?? "",
    mustBeSeen: message().dataset.ack !== undefined,
    asks: Object.keys(named("send", message(), station())).length > 0,
    goto: station().dataset.goto,
  };
}

/** A code broken at its hyphen reads as two: keep each on one line. */
export function keepCodesWhole(element) {
  const parts = element?.textContent.split(/([A-Z0-9]+(?:-[A-Z0-9]+)+)/) ?? [];
  const nodes = parts.map((part, i) => (i % 2 ? Object.assign(document.createElement("span"), { className: "whole", textContent: part }) : part));
  element?.replaceChildren(...nodes);
}

/** A fragment brings its progress along; its place is in the bar. A new screen without one leaves none there. */
export function settleBar({ isNew = false } = {}) {
  const place = document.querySelector(".bar #progress");
  const brought = station().querySelector("#progress");
  if (place && brought) place.replaceWith(brought);
  else if (place && isNew) place.replaceChildren();
}

/** The request a scan becomes when it is first sent: the screen of the answer before it, not of the moment it was scanned. */
export function requestFor(scan, { sawThis }) {
  const { screen, subject, scanUrl } = station().dataset;
  const carried = sawThis ? named("send", station(), message()) : {};
  const body = new URLSearchParams({ command_id: scan.id, barcode: scan.barcode, screen, subject, ...carried, ...scan.fields });
  return { url: scanUrl ?? floor().dataset.scanUrl, body: body.toString() };
}

export function fieldsOf(button) {
  return named("field", button);
}

/** data-field-reason-code="x" → {reason_code: "x"}, for the given first word, over several elements. */
function named(first, ...elements) {
  const found = {};
  for (const element of elements) {
    for (const [key, value] of Object.entries(element?.dataset ?? {})) {
      if (!key.startsWith(first) || key.length === first.length) continue;
      found[key.slice(first.length).replace(/^[A-Z]/, (c) => c.toLowerCase()).replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)] = value;
    }
  }
  return found;
}

export function showWaiting(count, connected) {
  const chip = message()?.querySelector("[data-waiting]");
  if (!chip) return;
  chip.dataset.state = connected ? "online" : "offline";
  chip.querySelector("[data-count]").textContent = count;
  chip.querySelector("[data-offline]").hidden = connected;
}

export function showArmed(number) {
  const chip = document.querySelector("[data-armed]");
  if (!chip) return;
  chip.hidden = number === null;
  chip.textContent = number === null ? "" : `× ${number}`;
}
