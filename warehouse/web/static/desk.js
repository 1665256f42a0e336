/** Desk pages: chosen rows, acts that ask for a reason, files with progress, a scan that finds the search box. All of it is comfort: the pages work as plain forms. */

import { keepFresh } from "./live.js";

function serveRows(form) {
  const all = form.querySelector("[data-all-rows]");
  const bar = form.querySelector("[data-chosen-bar]");
  const rows = () => [...form.querySelectorAll("[data-one-row]")];
  let before = null;

  function tell() {
    const boxes = rows();
    const chosen = boxes.filter((box) => box.checked);
    for (const box of boxes) box.closest("tr").toggleAttribute("data-chosen", box.checked);
    if (all) {
      all.checked = chosen.length > 0 && chosen.length === boxes.length;
      all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    }
    if (bar) {
      bar.hidden = chosen.length === 0;
      bar.querySelector("[data-chosen-count]").textContent = chosen.length;
    }
  }

  form.addEventListener("click", (event) => {
    const box = event.target.closest("[data-one-row]");
    if (!box) return;
    if (event.shiftKey && before?.isConnected) {
      const boxes = rows();
      const [from, to] = [boxes.indexOf(before), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
    }
    before = box;
  });
  form.addEventListener("change", (event) => {
    if (event.target === all) for (const box of rows()) box.checked = all.checked;
    tell();
  });
  tell(); // the browser's back button brings old ticks along
}

function serveActs() {
  const open = () => document.querySelectorAll("details.act[open]");
  document.addEventListener("toggle", (event) => {
    if (event.target.matches("details.act[open]")) event.target.querySelector("textarea, select, input:not([type=hidden])")?.focus();
  }, true);
  document.addEventListener("click", (event) => {
    for (const act of open()) if (!act.contains(event.target)) act.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const act of open()) {
      act.open = false;
      act.querySelector("summary").focus();
    }
  });
}

function serveDrop(form) {
  const input = form.querySelector("input[type=file]");
  const bar = form.querySelector("progress");
  const failed = form.querySelector("[data-drop-failed]");

  function send() {
    const request = new XMLHttpRequest(); // fetch cannot tell how much has been sent
    request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; };
    request.onload = () => (request.status < 500 ? arrived(request) : failing());
    request.onerror = failing;
    bar.hidden = false;
    bar.value = 0;
    failed.hidden = true;
    sentTo.add(form.action);
    request.open("POST", form.action);
    request.send(new FormData(form));
  }

  function failing() {
    bar.hidden = true;
    failed.hidden = false;
    input.value = "";
  }

  input.addEventListener("change", () => { if (input.files.length) send(); });
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.dataset.over = ""; });
  form.addEventListener("dragleave", () => { delete form.dataset.over; });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    delete form.dataset.over;
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    send();
  });
}

/**
 * Show the page that came back. It is told once: asking for it again by its address would show it without what was said of the
 * upload, or not at all, as what a form leads to need not have an address. A page with scripts of its own has to be loaded.
 */
function arrived(request) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  const main = page.getElementById("main");
  if (!main || needsMore(page)) {
    location.assign(request.responseURL);
    return;
  }
  if (!sentTo.has(request.responseURL)) {
    history.pushState(null, "", request.responseURL);
    addEventListener("popstate", () => location.reload());
  }
  document.title = page.title;
  document.getElementById("main").replaceWith(document.adoptNode(main));
  scrollTo(0, 0);
  serveMain();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-keep]");
  if (!button) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff", button.nextElementSibling.value], { type: "text/csv" }));
  link.download = button.dataset.keep;
  link.click();
  URL.revokeObjectURL(link.href);
});

const sentTo = new Set(); // addresses that take uploads, and may have no page

function needsMore(page) {
  const own = new Set([...document.scripts].map((script) => script.src));
  return [...page.scripts].some((script) => script.src && !own.has(script.src));
}

/** A scanner types wherever the focus is; outside any field it means "find this". */
function serveSearch() {
  const search = document.querySelector("[data-search]");
  if (!search) return;
  document.addEventListener("keydown", (event) => {
    const inField = event.target.closest?.("input, textarea, select, [contenteditable]");
    const isText = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (inField || !isText) return;
    search.value = "";
    search.focus();
  });
}

/** A form is sent once, however often its button is pressed. */
function sendOnce() {
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    if (event.target.dataset.sent !== undefined) event.preventDefault();
    event.target.dataset.sent = "";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
}

function serveMain() {
  for (const form of document.querySelectorAll("form[data-rows]")) serveRows(form);
  for (const form of document.querySelectorAll("form[data-drop]")) serveDrop(form);
  keepFresh(document.getElementById("main"));
}

serveActs();
serveSearch();
sendOnce();
serveMain();
