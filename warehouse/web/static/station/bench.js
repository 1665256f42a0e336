/**
 * The printers of the station: trouble is called out once, and the questions about papers are answered beside the work.
 *
 * - A new trouble sounds once and stands as a line over the bar until somebody taps it away or it is over. The next poll, the next
 *   scan and the next page do not sound again; what is over and comes back does.
 * - The list behind the corner lies over a part of the page. Scans go on meanwhile: nothing here touches their queue.
 * - An answer names its command like a scan does, so a tap that got no answer can be repeated. After each change of the list taps
 *   count for nothing for a moment: a finger that comes twice must not answer the question that moved up.
 */

import { follow } from "../live.js";
import { commandId } from "./command_id.js";
import { banner } from "./cover.js";
import { signal } from "./feedback.js";
import { fieldsOf } from "./screen.js";

const DELIBERATE_MS = 600;
const MOST_LINES = 2;
const PATIENCE_MS = 15_000;
const SOUNDED = "fahuo-printers-sounded";
const SEEN = "fahuo-printers-seen";

let settledAt = 0;
let isSending = false;

export function serveBench({ csrfToken }) {
  hear();
  document.addEventListener("refreshed", ({ detail }) => {
    if (detail.id === "corner") hear();
    if (detail.id === "bench") settledAt = performance.now();
  });
  document.addEventListener("click", (event) => {
    const part = (selector) => event.target.closest(selector);
    if (part("[data-bench]")) toggle(part("[data-bench]").dataset.bench);
    else if (part("[data-bench-close]")) close();
    else if (part("[data-send]")) send(part("[data-send]"), csrfToken);
    else if (part("[data-call-show]")) { seen(); open(document.querySelector("[data-bench]").dataset.bench); }
    else if (part("[data-call-seen]")) seen();
  });
}

/** Sound what is new in the corner, and show what nobody has seen yet. */
function hear() {
  const corner = document.getElementById("corner");
  const keys = corner?.dataset.calls?.split(" ") ?? [];
  const sounded = kept(SOUNDED);
  if (keys.some((key) => !sounded.includes(key))) signal("call");
  keep(SOUNDED, keys);
  const gone = kept(SEEN).filter((key) => keys.includes(key));
  keep(SEEN, gone);
  showLine(corner, keys.filter((key) => !gone.includes(key)));
}

function showLine(corner, keys) {
  const old = document.querySelector("body > .call");
  if (keys.length === 0 || document.getElementById("bench")) {
    old?.remove();
    return;
  }
  const line = corner.querySelector("template").content.firstElementChild.cloneNode(true);
  for (const item of line.querySelectorAll("[data-call]")) if (!keys.includes(item.dataset.call)) item.remove();
  for (const item of [...line.querySelectorAll("[data-call]")].slice(MOST_LINES)) item.remove();
  const more = line.querySelector("[data-call-more]");
  more.hidden = keys.length <= MOST_LINES;
  more.querySelector("b").textContent = `+${keys.length - MOST_LINES}`;
  if (old?.textContent === line.textContent) return;
  if (old) old.replaceWith(line);
  else document.querySelector(".bar").after(line);
}

function seen() {
  keep(SEEN, kept(SOUNDED));
  document.querySelector("body > .call")?.remove();
}

function toggle(url) {
  if (document.getElementById("bench")) close();
  else open(url);
}

async function open(url) {
  seen();
  const answer = await ask(url);
  if (answer) place(answer);
  else banner("no-answer");
}

function close() {
  document.getElementById("bench")?.remove();
}

/** Put a new list in the place of the old one, and keep it fresh. */
function place(panel) {
  close();
  document.body.append(panel);
  settledAt = performance.now();
  follow(panel);
}

async function send(button, csrfToken) {
  if (isSending || performance.now() - settledAt < DELIBERATE_MS) return;
  isSending = true;
  button.dataset.commandId ??= commandId();
  // A window can be opened in the very moment of the tap only.
  const paper = button.dataset.opens ? window.open("", "_blank") : null;
  const body = new URLSearchParams({ command_id: button.dataset.commandId, ...fieldsOf(button) });
  const answer = await ask(button.dataset.send, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
  isSending = false;
  if (!answer) {
    paper?.close();
    signal("stop");
    banner("no-answer");
    return;
  }
  const isTaken = answer.dataset.taken !== undefined;
  if (paper && isTaken) paper.location = button.dataset.opens;
  else paper?.close();
  signal(isTaken ? "ok" : "stop");
  place(answer);
}

/** The list as the server tells it, null if there was no answer. */
async function ask(url, options = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
  try {
    const response = await fetch(url, { redirect: "manual", signal: abort.signal, ...options });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const panel = page.getElementById("bench");
    return panel && document.adoptNode(panel);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function kept(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? "[]");
  } catch {
    return [];
  }
}

function keep(name, keys) {
  try {
    sessionStorage.setItem(name, JSON.stringify(keys));
  } catch {
    // Without a memory the next page says it once more.
  }
}
