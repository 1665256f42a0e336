/** The label designer: a list of elements over the picture the printer would print. The server draws; this only moves things. */

const STEP_MM = 0.5;
const LEAP_MM = 5;
const LEAST_MM = 0.5;
const PAUSE_MS = 250;
const MOST_UNDONE = 100;
const STANDARD = { value: "", when: "", unless: "", size_pt: 9, floor_pt: 5, is_bold: false, align: "left", valign: "top", lines: 20, is_panel: false, is_dashed: false, dots: 2 };
const NEW = {
  text: { w: 30, h: 6 }, field: { w: 40, h: 6 }, barcode: { w: 64, h: 12 }, qr: { w: 16, h: 16 },
  line: { w: 60, h: 0.25 }, box: { w: 30, h: 15 }, picture: { w: 20, h: 20 }, items: { w: 50, h: 20, size_pt: 8 },
};

const root = document.querySelector("[data-designer]");
const known = JSON.parse(root.querySelector("[data-vocabulary]").textContent);
for (const name of ["kinds", "fields", "aligns", "valigns", "pictures"]) known[name] = Object.fromEntries(known[name]);
const part = (name) => root.querySelector(`[data-${name}]`);
const stock = part("stock");
const handles = part("handles");
const form = part("save");

let elements = known.definition.elements ?? [];
let chosen = -1;
let asked = 0;
let absent = new Set(); // elements the shown paper has nothing for
let timer = 0;
const done = [];
const undone = [];

const definition = () => ({ ...known.definition, elements });
const whole = (element) => ({ ...STANDARD, ...element });
const tidy = (mm) => Math.round(mm * 1000) / 1000;
const snap = (mm) => Math.round(mm / STEP_MM) * STEP_MM;
const within = (least, mm, most) => Math.max(least, Math.min(mm, most));

function slim(element) {
  return Object.fromEntries(Object.entries(element).filter(([name, value]) => value !== STANDARD[name]));
}

/** Keep what stands now, so that `undo` can bring it back; then change it. */
function change(next) {
  done.push(JSON.stringify(elements));
  if (done.length > MOST_UNDONE) done.shift();
  undone.length = 0;
  next();
  show();
  draw();
}

function step(from, to) {
  if (!from.length) return;
  to.push(JSON.stringify(elements));
  elements = JSON.parse(from.pop());
  chosen = Math.min(chosen, elements.length - 1);
  show();
  draw();
}

function put(values) {
  const { width, height } = known;
  const element = { ...whole(elements[chosen]), ...values };
  element.w = tidy(within(0.125, element.w, width));
  element.h = tidy(within(0.125, element.h, height));
  element.x = tidy(within(0, element.x, width - element.w));
  element.y = tidy(within(0, element.y, height - element.h));
  elements = elements.with(chosen, slim(element));
}

function title(element) {
  const kind = known.kinds[element.kind] ?? element.kind;
  const about = known.fields[element.value] ?? known.pictures[element.value] ?? element.value;
  return about ? `${kind}: ${about}` : kind;
}

function show() {
  showHandles();
  showList();
  showProperties();
  part("undo").disabled = !done.length;
  part("redo").disabled = !undone.length;
  if (form) form.elements.definition.value = JSON.stringify(definition());
}

function showHandles() {
  handles.replaceChildren(...elements.map((element, at) => {
    const box = document.createElement("div");
    box.dataset.at = at;
    box.title = title(element);
    box.toggleAttribute("data-absent", absent.has(at) && at !== chosen);
    place(box, element);
    if (at === chosen) {
      box.setAttribute("aria-current", "true");
      box.append(Object.assign(document.createElement("i"), { className: "corner" }));
    }
    return box;
  }));
}

function place(box, element) {
  const { width, height } = known;
  Object.assign(box.style, {
    left: `${(100 * element.x) / width}%`, top: `${(100 * element.y) / height}%`,
    width: `${(100 * element.w) / width}%`, height: `${(100 * element.h) / height}%`,
  });
}

function showList() {
  part("elements").replaceChildren(...elements.map((element, at) => {
    const row = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: title(element) });
    button.addEventListener("click", () => choose(at));
    if (at === chosen) row.setAttribute("aria-current", "true");
    row.append(button);
    return row;
  }));
}

function showProperties() {
  const panel = part("properties");
  const element = elements[chosen] && whole(elements[chosen]);
  panel.hidden = !element;
  if (!element) return;
  part("title").textContent = title(element);
  for (const group of panel.querySelectorAll("[data-for]")) group.hidden = !group.dataset.for.split(" ").includes(element.kind);
  for (const input of panel.querySelectorAll("[data-prop]")) {
    if (input.closest("[hidden]") && input.closest("[hidden]") !== panel) continue;
    const value = element[input.dataset.prop];
    if (input.type === "checkbox") input.checked = value;
    else if (document.activeElement !== input) input.value = value;
  }
}

function choose(at) {
  chosen = at;
  show();
}

async function look() {
  const mine = ++asked;
  const body = new FormData();
  body.set("definition", JSON.stringify(definition()));
  body.set("sample", part("sample").value);
  body.set("language", part("language").value);
  try {
    const answer = await post(known.preview, body);
    if (mine === asked) tell(answer);
  } catch {
    // The next change asks again.
  }
}

async function post(address, body) {
  const token = document.querySelector("meta[name=csrf-token]").content;
  const response = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token }, redirect: "manual" });
  return response.json();
}

function tell(answer) {
  if (answer.png) {
    part("picture").src = answer.png;
    absent = new Set(answer.absent);
    showHandles();
  }
  const said = answer.refused ? [answer.refused] : answer.faults ?? [];
  part("faults").replaceChildren(...said.map((text) => {
    const line = Object.assign(document.createElement("p"), { className: "notice", textContent: text });
    line.dataset.tone = answer.refused ? "stop" : "attention";
    return line;
  }));
}

function draw() {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE_MS);
}

function fill() {
  const codes = Object.fromEntries(known.codes.map((name) => [name, known.fields[name]]));
  const lists = { ...known, codes, conditions: { "": "–", ...known.fields }, pictures: { "": "–", ...known.pictures } };
  for (const list of root.querySelectorAll("select[data-options]")) {
    list.replaceChildren(...Object.entries(lists[list.dataset.options]).map(([value, text]) => new Option(text, value)));
  }
}

function add(kind) {
  const first = { field: Object.keys(known.fields)[0], barcode: known.codes[0], qr: known.codes[0], text: known.kinds.text, picture: Object.keys(known.pictures)[0] ?? "" };
  change(() => {
    elements = [...elements, { kind, x: 2, y: 2, ...NEW[kind], value: first[kind] ?? "" }];
    chosen = elements.length - 1;
    put({});
  });
}

function remove() {
  if (chosen < 0) return;
  change(() => {
    elements = elements.toSpliced(chosen, 1);
    chosen = -1;
  });
}

function twin() {
  if (chosen < 0) return;
  change(() => {
    elements = [...elements, { ...elements[chosen] }];
    chosen = elements.length - 1;
    put({ x: elements[chosen].x + STEP_MM * 2, y: elements[chosen].y + STEP_MM * 2 });
  });
}

/** A second tap on what is chosen goes on to what lies under it. */
function chooseBelow({ x, y }, at) {
  const here = document.elementsFromPoint(x, y).filter((box) => box.dataset.at).map((box) => Number(box.dataset.at));
  if (here.length > 1) choose(here[(here.indexOf(at) + 1) % here.length]);
}

/** Moving and sizing with a finger or the mouse: one change from down to up. */
function serveDragging() {
  handles.addEventListener("pointerdown", (event) => {
    const box = event.target.closest("[data-at]");
    if (!box) return;
    event.preventDefault();
    stock.focus({ preventScroll: true });
    const isSizing = event.target.matches(".corner");
    const at = Number(box.dataset.at);
    const wasChosen = at === chosen;
    if (!wasChosen) choose(at);
    const before = whole(elements[at]);
    const scale = known.width / stock.getBoundingClientRect().width;
    const start = { x: event.clientX, y: event.clientY };
    let isBegun = false;

    function move(now) {
      const dx = (now.clientX - start.x) * scale;
      const dy = (now.clientY - start.y) * scale;
      if (!isBegun && Math.hypot(dx, dy) < STEP_MM) return;
      if (!isBegun) {
        done.push(JSON.stringify(elements));
        undone.length = 0;
        isBegun = true;
      }
      const rule = now.altKey ? tidy : snap;
      if (isSizing) put({ w: Math.max(LEAST_MM, before.w + rule(dx)), h: before.kind === "line" ? before.h : Math.max(LEAST_MM, before.h + rule(dy)) });
      else put({ x: before.x + rule(dx), y: before.y + rule(dy) });
      place(handles.children[at], elements[at]);
    }
    function end() {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      if (!isBegun) {
        if (wasChosen) chooseBelow(start, at);
        return;
      }
      show();
      draw();
    }
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  });
}

function serveKeys() {
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input, select, textarea");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !isTyping) {
      event.preventDefault();
      if (event.shiftKey) step(undone, done);
      else step(done, undone);
      return;
    }
    if (isTyping || chosen < 0) return;
    if (event.key in ways) {
      event.preventDefault();
      const [x, y] = ways[event.key].map((way) => way * (event.shiftKey ? LEAP_MM : STEP_MM));
      change(() => put({ x: elements[chosen].x + x, y: elements[chosen].y + y }));
    } else if (event.key === "Delete" || event.key === "Backspace") remove();
    else if (event.key === "Escape") choose(-1);
  });
}

function serveProperties() {
  part("properties").addEventListener("change", (event) => {
    const input = event.target.closest("[data-prop]");
    if (!input || chosen < 0) return;
    const value = input.type === "checkbox" ? input.checked : input.type === "number" ? Number(input.value) : input.value;
    if (input.type === "number" && (input.value === "" || !Number.isFinite(value))) return show();
    change(() => put({ [input.dataset.prop]: value }));
  });
  part("upload").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    const body = new FormData();
    body.set("picture", file);
    const answer = await post(known.upload, body);
    event.target.value = "";
    if (!answer.key) return tell(answer);
    known.pictures[answer.key] = file.name;
    fill();
    change(() => put({ value: answer.key }));
  });
}

fill();
for (const button of root.querySelectorAll("[data-add]")) button.addEventListener("click", () => add(button.dataset.add));
part("undo").addEventListener("click", () => step(done, undone));
part("redo").addEventListener("click", () => step(undone, done));
part("standard").addEventListener("click", () => change(() => {
  elements = structuredClone(known.standard.elements);
  chosen = -1;
}));
part("remove").addEventListener("click", remove);
part("twin").addEventListener("click", twin);
part("sample").addEventListener("change", look);
part("language").addEventListener("change", look);
stock.addEventListener("pointerdown", (event) => {
  if (event.target === handles || event.target === stock) choose(-1);
});
addEventListener("beforeunload", (event) => {
  if (done.length && form?.dataset.sent === undefined) event.preventDefault();
});
serveDragging();
serveKeys();
serveProperties();
stock.style.aspectRatio = `${known.width} / ${known.height}`;
stock.style.width = `min(100%, 34rem, calc(78vh * ${known.width / known.height}))`;
show();
look();
