/**
 * A station page: scans in, screens out.
 *
 * The worker wears gloves, stands in noise, and looks at the goods, not at the glass. What follows from that:
 *
 * - A scan is taken at once and sent when it can be: written to the disk, then sent one at a time, in order, each with an id of
 *   its own, until the server has given a definite answer (2xx, or a refusal of the business). A lost connection, a busy or
 *   restarting server and an ended session cost nothing but time; the very same request goes out again.
 * - A scan behind others belongs to the screen the worker expected next, so it takes screen and subject of the answer before it.
 * - When an answer refuses (or stops, or asks "scan again to confirm") and more scans stand behind it, those were made by somebody
 *   who had not yet seen it. The queue stands still: the refusal fills the screen, with the long low tone and vibration. Nothing is
 *   sent and nothing is thrown away until a person has answered.
 * - First "seen", then "what about the rest": two questions, because a glove on the glass or a card held too long must not
 *   decide about goods. The answer to the second is never guessed: sending the rest is safe (the server checks each of them), but
 *   only the worker knows whether those pieces still lie where they were scanned.
 * - Scans made while the queue stands are not taken, loudly: each sounds the long low tone and is counted on the screen. Taking them
 *   silently would pile up work on top of a mistake; dropping them silently would lose pieces.
 * - With no scans behind it a refusal is the red message line alone, and the next scan goes on: nobody has to put the goods down.
 * - An answer may lead to another page. A refusal that does is seen first; what it only asks to look at is said on that page.
 * - Everything on the glass can be answered with a printed card instead: OK, UNDO.
 * - The halt is kept on the disk like the scans, so a reload does not let the rest run on. Scans of another person or another page
 *   are never sent from this one.
 */

import { commandId } from "./station/command_id.js";
import { serveBench } from "./station/bench.js";
import { Cover, banner, clearBanner } from "./station/cover.js";
import { prepare, signal } from "./station/feedback.js";
import { lockWhenIdle } from "./station/idle.js";
import { keyed, serveKeypads } from "./station/keypad.js";
import { Queue } from "./station/queue.js";
import { listen } from "./station/scanner.js";
import { fieldsOf, keepCodesWhole, requestFor, settleBar, show, showArmed, showWaiting, standing } from "./station/screen.js";
import { pace, post } from "./station/sender.js";
import { keepFresh } from "./live.js";

// Leaving must work without a connection and must not wait behind other scans, so this card is not one of them.
const LOG_OUT = "CMD-LOGOUT";

// A server that is away comes back; one that breaks on this very scan does not, and somebody must be able to go on.
const MOST_FAILURES = 6;

const CARRIED = "carried"; // in this tab alone: what the page before had to say

const page = document.body.dataset;
const floor = document.getElementById("floor");
const field = document.getElementById("scan");
const queue = new Queue();
const opened = queue.open();
const cover = new Cover();

let shown = commandId(); // names what is on the screen now; changes with every answer
let armed = {}; // fields keyed in for the next scan
let last = { barcode: "", at: -Infinity };
let writing = 0;
let draining = false;
let dormant = false;
let connected = true;
let wake = () => {};
let lockNow = () => {};

const csrfToken = () => document.querySelector('meta[name="csrf-token"]').content;
const doorUrl = () => `${page.login}?next=${encodeURIComponent(location.pathname + location.search)}`;
// A badge opens doors: it is never shown.
const codes = () => queue.scans.map(({ barcode }) => (barcode.startsWith("BDG-") ? "BDG-…" : barcode));

async function take(barcode, fields = {}) {
  clearBanner();
  if (barcode === LOG_OUT) {
    lockNow();
    return;
  }
  if (cover.kind === "ime") cover.close(); // a clean scan shows that the keyboard is right again
  if (cover.kind) {
    if (!cover.scanned(barcode)) signal("stop", "stop", floor);
    return;
  }
  if (isDouble(barcode)) {
    signal("soft");
    banner("double", barcode);
    return;
  }
  const scan = {
    id: commandId(), barcode, fields: { ...armed, ...(/^(CMD|BDG)-/.test(barcode) ? {} : keyed()), ...fields }, seen: shown, sent: null,
    person: page.person, page: location.pathname + location.search, at: new Date().toISOString(),
  };
  arm({});
  // Nothing before it: what will be sent is known already, and one write to the disk does for both.
  if (queue.isOpen && !queue.head && !writing && !draining) scan.sent = requestFor(scan, { sawThis: true });
  writing += 1;
  await opened;
  await queue.add(scan);
  writing -= 1;
  if (!queue.durable) banner("not-kept");
  showWaiting(queue.scans.length, connected);
  drain();
}

/** A worn trigger fires twice within milliseconds; a hand cannot. */
function isDouble(barcode) {
  const before = last;
  last = { barcode, at: performance.now() };
  return barcode === before.barcode && last.at - before.at < Number(page.doubleMs);
}

async function drain() {
  if (draining) return;
  draining = true;
  let tries = 0;
  while (queue.head && !queue.halt && !dormant && !cover.kind) {
    const scan = queue.head;
    if (!scan.sent) await queue.freeze(scan, requestFor(scan, { sawThis: scan.seen === shown }));
    const answer = await post(scan.sent, csrfToken());
    if (answer.kind === "again") {
      tries += 1;
      connection(false);
      if (answer.status === 500 && tries >= MOST_FAILURES) {
        standUnclear(answer.status);
        break;
      }
      await pause(answer.afterMs ?? pace(tries));
      continue;
    }
    tries = 0;
    if (answer.kind === "login") {
      signal("stop", "stop", floor);
      location.assign(doorUrl());
      return;
    }
    connection(true);
    if (answer.kind === "unclear") standUnclear(answer.status);
    else await answered(scan, answer);
  }
  draining = false;
}

async function answered(scan, { status, page: fragments }) {
  const screen = show(fragments);
  shown = commandId();
  showWaiting(queue.scans.length, connected);
  signal(screen.sound, screen.tone, floor);
  const behind = queue.scans.length - 1 + writing;
  const unseen = behind > 0 && (status >= 400 || screen.tone === "stop" || screen.asks);
  const halt = unseen || screen.mustBeSeen ? { said: screen.text, goto: screen.goto } : null;
  await queue.settle(scan, halt);
  showWaiting(queue.scans.length, connected);
  if (halt) standRefused();
  else if (screen.goto) leave(screen);
}

/** Open the page an answer names, and have it say what nobody could have read here. */
function leave({ goto, tone, text }) {
  if (tone === "attention" && text) sessionStorage.setItem(CARRIED, JSON.stringify({ goto, text }));
  location.assign(goto);
}

function sayWhatWasCarried() {
  const { goto, text } = JSON.parse(sessionStorage.getItem(CARRIED)) ?? {};
  sessionStorage.removeItem(CARRIED);
  if (goto === location.pathname + location.search) banner("carried", text);
}

function standRefused() {
  cover.show("refused", { said: queue.halt.said, codes: codes() }, {
    seen: () => (queue.scans.length ? cover.ask() : goOn()),
    continue: goOn,
    discard,
  });
}

function standUnclear(status) {
  signal("stop", "stop", floor);
  cover.show("unclear", { said: status, codes: codes() }, { reload: () => location.reload(), discard });
}

async function goOn() {
  const { goto } = queue.halt;
  cover.close();
  await queue.goOn();
  if (goto && !queue.head) location.assign(goto);
  else drain();
}

async function discard() {
  const goto = queue.halt?.goto;
  cover.close();
  await queue.discard();
  showWaiting(0, connected);
  if (goto) location.assign(goto);
}

function connection(isUp) {
  if (connected && !isUp) signal("soft");
  connected = isUp;
  showWaiting(queue.scans.length, connected);
}

function pause(milliseconds) {
  return new Promise((resolve) => {
    wake = resolve;
    setTimeout(resolve, milliseconds);
  });
}

function arm(fields) {
  armed = fields;
  showArmed(Object.values(fields)[0] ?? null);
}

/** What earlier pages left behind: somebody's, some other page's, a halt, or simply the next thing to send. */
async function resume() {
  await opened;
  if (!queue.durable) banner("not-kept");
  showWaiting(queue.scans.length, connected);
  const stranger = queue.scans.some((scan) => scan.person !== page.person);
  const elsewhere = queue.head && queue.head.page.split("?")[0] !== location.pathname;
  if (stranger) cover.show("stranger", { codes: codes() }, { login: () => location.assign(doorUrl()), discard });
  else if (elsewhere) cover.show("elsewhere", { codes: codes() }, { go: () => location.assign(queue.head.page), discard });
  else if (queue.halt) standRefused();
  else if (queue.head) drain();
  else await begin(standing() ?? {});
}

/** A page may be over before a scan: say why, and go where work goes on. */
async function begin(screen) {
  if (screen.mustBeSeen) {
    signal(screen.sound, screen.tone, floor);
    await queue.stand({ said: screen.text, goto: screen.goto });
    standRefused();
  } else if (screen.goto) leave(screen);
}

/** One window per tablet sends; the one opened last. */
function sendAlone() {
  if (!("BroadcastChannel" in window)) return;
  const channel = new BroadcastChannel("fahuo-station");
  channel.onmessage = () => {
    dormant = true;
    cover.show("second-tab", {}, { reload: () => location.reload() });
  };
  channel.postMessage("here");
}

function serveScans() {
  const settings = { terminator: page.terminator, gapMs: Number(page.gapMs), prefix: page.prefix, suffix: page.suffix };
  listen(field, settings, {
    onScan: take,
    onIme: ({ read }) => {
      if (read) setTimeout(() => banner("ime-read"));
      else {
        signal("stop", "stop", floor);
        if (!cover.kind) cover.show("ime", {}, { seen: () => cover.close() });
      }
    },
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-scan]");
    if (button) take(button.dataset.scan, fieldsOf(button));
    if (event.target.closest("[data-armed]")) arm({});
    const keyboard = event.target.closest("[data-keyboard]");
    if (keyboard) typeByHand(keyboard);
  });
  settleBar();
  keepCodesWhole(document.querySelector("#message .said"));
  window.addEventListener("online", () => wake());
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  navigator.storage?.persist?.();
  sendAlone();
  sayWhatWasCarried();
  resume();
}

function typeByHand(button) {
  const byHand = field.inputMode === "none";
  field.inputMode = byHand ? "text" : "none";
  button.setAttribute("aria-pressed", String(byHand));
  field.blur();
  field.focus();
}

async function showKept() {
  await opened;
  const kept = document.querySelector("[data-kept]");
  if (!kept || queue.scans.length === 0) return;
  kept.hidden = false;
  kept.querySelector("[data-count]").textContent = queue.scans.length;
}

prepare({ loudness: Number(page.volume), button: document.querySelector("[data-unlock-sound]") });
serveKeypads({ onSend: take, onArm: (name, number) => arm({ [name]: number }) });
keepFresh();
serveBench({ csrfToken });
if (field) serveScans();
else showKept();
if (page.person) {
  lockNow = lockWhenIdle({
    seconds: Number(page.lockAfter), url: page.lock, doorUrl, csrfToken, cover: () => cover.show("locking"),
  });
  document.querySelector("[data-lock-now]")?.addEventListener("click", () => lockNow());
}
