/**
 * From keys to barcodes: a wedge scanner types, and this decides where one scan ends and what it said.
 *
 * One field has the focus at all times; when it has not, the first key gives it back, and the key itself still lands there.
 * A scan ends at its terminator (or, set so, at a gap), never at a time limit: a slow scanner or a slow tablet is no reason to
 * cut a code in two. The field is emptied in the same breath, so the next scan may begin before this one is sent.
 *
 * A Chinese input method swallows a scanner's keys. The physical keys (`event.code`) are therefore written down beside the text
 * and the scan is rebuilt from them when the text cannot be trusted.
 */

const SHIFTED_DIGITS = ")!@#$%^&*(";
const OTHER_KEYS = {
  Minus: "-_", Equal: "=+", Period: ".>", Comma: ",<", Slash: "/?", Semicolon: ";:", Quote: "'\"", Backquote: "`~",
  BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", Space: "  ",
  NumpadSubtract: "--", NumpadAdd: "++", NumpadDecimal: "..", NumpadDivide: "//", NumpadMultiply: "**",
};
const GROUP_SEPARATOR = "\u001d";
const ALT_SEPARATOR = /^0*29$/; // the number of the separator, as wedges type it while they hold Alt
const EARLY_MS = 150; // longer than any pause within a scan, shorter than between two
const PLAIN = /^[\x1d\x20-\x7e]*$/;

/**
 * Call `onScan(text)` for each scan and `onIme({read})` when an input method got in the way.
 *
 * settings: {terminator: "key"|"gap", gapMs, prefix, suffix}.
 */
export function listen(field, settings, { onScan, onIme }) {
  let keys = "";
  let keysComplete = true;
  let composed = false;
  let foreign = false;
  let timer = 0;
  let withAlt = null; // what was typed while Alt is held

  function end() {
    clearTimeout(timer);
    const { text, trusted, disturbed } = read();
    [keys, keysComplete, composed, foreign] = ["", true, false, false];
    clear();
    if (text === "") return;
    if (disturbed) onIme({ read: trusted });
    if (trusted) onScan(strip(text, settings));
  }

  function read() {
    const text = field.value.trim();
    if (!composed && !foreign) return { text, trusted: true, disturbed: false };
    if (keys !== "" && keysComplete) return { text: keys.trim(), trusted: true, disturbed: keys.trim() !== text };
    // Some Android keyboards compose plain letters too: nothing is lost then.
    const plain = PLAIN.test(text) && !/[ ']/.test(text);
    return { text, trusted: plain, disturbed: !plain };
  }

  function clear() {
    if (composed || foreign) field.blur(); // ends a composition that would otherwise commit into the next scan
    field.value = "";
    field.focus({ preventScroll: true });
  }

  document.addEventListener("keydown", (event) => {
    if (isOtherField(event.target, field)) return;
    const ends = isTerminator(event, settings);
    if (event.target !== field) {
      const begins = isText(event) && !(event.key === " " && field.value === "");
      if (!begins && !(ends && field.value !== "")) return; // a keyboard user at a button
      field.focus({ preventScroll: true });
    }
    if (ends) {
      if (field.value === "" && keys === "") { if (event.key !== "Tab") event.preventDefault(); return; }
      event.preventDefault();
      end();
      return;
    }
    if (event.ctrlKey && event.key === "]") { // how wedges type FNC1
      event.preventDefault();
      separate();
      return;
    }
    if (event.key === "Alt") withAlt = "";
    else if (event.altKey && withAlt !== null && /^(Digit|Numpad)\d$/.test(event.code)) {
      event.preventDefault();
      withAlt += characterOf(event);
      return;
    }
    if (event.key === "Process" || event.isComposing) foreign = true;
    note(event);
  }, true);

  document.addEventListener("keyup", (event) => {
    if (event.key !== "Alt" || withAlt === null) return;
    if (ALT_SEPARATOR.test(withAlt) && !isOtherField(event.target, field)) {
      event.preventDefault();
      separate();
    }
    withAlt = null;
  }, true);

  function separate() {
    field.setRangeText(GROUP_SEPARATOR, field.selectionStart, field.selectionEnd, "end");
    keys += GROUP_SEPARATOR;
  }

  function note(event) {
    if (event.key === "Backspace") { keys = keys.slice(0, -1); return; }
    if (!isText(event)) return;
    const character = characterOf(event);
    keys += character;
    if (character === "") keysComplete = false;
  }

  field.addEventListener("compositionstart", () => { composed = true; });
  field.addEventListener("input", () => {
    if (field.value === "") [keys, keysComplete, composed, foreign] = ["", true, false, false];
    if (settings.terminator !== "gap") return;
    clearTimeout(timer);
    timer = setTimeout(end, settings.gapMs);
  });
  field.addEventListener("focusout", () => {
    // Focus that fell to nowhere comes back; focus that somebody moved to a button by keyboard stays there.
    requestAnimationFrame(() => { if (document.activeElement === document.body) keepFocus(field); });
  });
  document.addEventListener("click", () => keepFocus(field));
  window.addEventListener("blur", () => { withAlt = null; });
  window.addEventListener("focus", () => keepFocus(field));
  keepFocus(field);
  takeEarly();

  /** Take what was scanned before this page could listen: its terminator is gone, the code is not. */
  function takeEarly() {
    const early = field.value;
    if (early === "") return;
    foreign = !PLAIN.test(early);
    setTimeout(() => { if (field.value === early) end(); }, EARLY_MS);
  }
}

function keepFocus(field) {
  if (document.hasFocus() && !isOtherField(document.activeElement, field)) field.focus({ preventScroll: true });
}

function isOtherField(element, field) {
  return element !== field && element instanceof Element && element.matches("input, textarea, select, [contenteditable]");
}

function isTerminator(event, { terminator }) {
  if (event.ctrlKey) return ["j", "m"].includes(event.key.toLowerCase()); // line feed and return, as some wedges type them
  const key = event.key === "Process" || event.key === "Unidentified" ? event.code : event.key;
  return key === "Enter" || key === "NumpadEnter" || (key === "Tab" && terminator !== "gap" && !event.shiftKey);
}

function isText(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return false;
  return event.key.length === 1 || event.key === "Unidentified" || (event.key === "Process" && characterOf(event) !== "");
}

/** The character of a physical key on the layout that scanners type, or "" if it is none. */
export function characterOf(event) {
  const { code, shiftKey } = event;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
  if (digit) return shiftKey && code.startsWith("Digit") ? SHIFTED_DIGITS[digit] : digit;
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter) return shiftKey === event.getModifierState("CapsLock") ? letter.toLowerCase() : letter;
  return OTHER_KEYS[code]?.[shiftKey ? 1 : 0] ?? "";
}

function strip(text, { prefix, suffix }) {
  let bare = text;
  if (prefix && bare.startsWith(prefix)) bare = bare.slice(prefix.length);
  if (suffix && bare.endsWith(suffix)) bare = bare.slice(0, -suffix.length);
  return bare;
}
