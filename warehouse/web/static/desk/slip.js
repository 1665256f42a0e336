/** A shop's own words on packing slips: the paper beside the form shows what is typed, and a logo is added without leaving it. */

const PAUSE_MS = 300;

const place = document.querySelector("[data-slip]");
const words = place.querySelector("[data-words]");
const picture = place.querySelector("[data-picture]");
const faults = place.querySelector("[data-faults]");
const token = document.querySelector('meta[name="csrf-token"]').content;
let timer = 0;
let asked = 0;

async function look() {
  const mine = ++asked;
  const body = new FormData(words);
  body.delete("csrf_token");
  for (const choice of place.querySelectorAll(".filters select")) body.set(choice.name, choice.value);
  const answer = await post(place.dataset.preview, body);
  if (!answer || mine !== asked) return;
  if (answer.png) picture.src = answer.png;
  picture.toggleAttribute("data-stale", !answer.png);
  tell(answer.refused ? [answer.refused] : answer.faults);
}

function tell(said) {
  const lines = said.map((text) => Object.assign(document.createElement("p"), { className: "notice", textContent: text }));
  for (const line of lines) line.dataset.tone = "attention";
  faults.replaceChildren(...lines);
}

async function add(input) {
  const [file] = input.files;
  if (!file) return;
  const body = new FormData();
  body.set("picture", file);
  const answer = await post(place.dataset.pictures, body);
  input.value = "";
  if (!answer?.key) {
    if (answer?.refused) tell([answer.refused]);
    return;
  }
  const choice = words.elements.logo;
  if (![...choice.options].some((option) => option.value === answer.key)) choice.add(new Option(file.name, answer.key));
  choice.value = answer.key;
  look();
}

async function post(address, body) {
  try {
    const response = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token }, redirect: "manual" });
    return await response.json();
  } catch {
    return null; // the form works without it
  }
}

place.addEventListener("input", (event) => {
  if (event.target.matches("[data-upload]")) return;
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE_MS);
});
place.querySelector("[data-upload]").addEventListener("change", (event) => add(event.target));
look();
