/**
 * What must be seen before work goes on: fills the screen until a person answers, by tap or by a printed card.
 *
 * The words lie in <template id="words-…"> of the page; a button names its choice (data-choice) and its card (data-card).
 */

import { keepCodesWhole } from "./screen.js";

// A card held under the scanner reads twice; the second reading must not answer a question the first one only opened.
const DELIBERATE_MS = 800;

export class Cover {
  #element = null;
  #choices = {};
  #since = 0;
  #untaken = 0;

  get kind() { return this.#element?.dataset.kind ?? null; }

  /** Show the words of `kind`; `choices` maps each data-choice to what it does. The cover closes before a choice is carried out. */
  show(kind, { said = "", codes = [] } = {}, choices = {}) {
    this.close();
    const element = document.getElementById(`words-${kind}`).content.firstElementChild.cloneNode(true);
    element.dataset.kind = kind;
    fill(element, "said", said);
    for (const part of element.querySelectorAll("[data-said]")) keepCodesWhole(part);
    fill(element, "count", codes.length);
    const list = element.querySelector("[data-codes]");
    list?.replaceChildren(...codes.map((code) => Object.assign(document.createElement("li"), { textContent: code })));
    for (const part of element.querySelectorAll("[data-if-rest]")) part.hidden = codes.length === 0;
    for (const part of element.querySelectorAll("[data-if-untaken]")) part.hidden = true;
    element.addEventListener("click", (event) => this.#chosen(event.target.closest("[data-choice]")));
    [this.#element, this.#choices, this.#since, this.#untaken] = [element, choices, performance.now(), 0];
    document.body.append(element);
  }

  close() {
    this.#element?.remove();
    this.#element = null;
  }

  /** Go from "seen?" to "what about the rest?". */
  ask() {
    this.#since = performance.now();
    for (const step of this.#element.querySelectorAll("[data-step]")) step.hidden = step.dataset.step !== "choose";
  }

  /** A scan while the cover is up: a card answers; anything else is counted as not taken. Returns whether it was a card. */
  scanned(barcode) {
    const button = [...this.#element.querySelectorAll("[data-card]")]
      .find((one) => one.dataset.card === barcode && !one.closest("[hidden]"));
    if (button && performance.now() - this.#since >= DELIBERATE_MS) this.#chosen(button);
    else if (!button) {
      this.#untaken += 1;
      fill(this.#element, "untaken", this.#untaken);
      for (const part of this.#element.querySelectorAll("[data-if-untaken]")) part.hidden = false;
    }
    return button !== undefined;
  }

  #chosen(button) {
    if (button) this.#choices[button.dataset.choice]?.();
  }
}

/** A line over the bar, until the next scan or a tap. */
export function banner(kind, said = "") {
  clearBanner();
  const element = document.getElementById(`words-${kind}`).content.firstElementChild.cloneNode(true);
  fill(element, "said", said);
  element.addEventListener("click", () => element.remove());
  document.body.append(element);
}

export function clearBanner() {
  for (const element of document.querySelectorAll("body > .banner")) element.remove();
}

function fill(element, slot, text) {
  for (const part of element.querySelectorAll(`[data-${slot}]`)) part.textContent = text;
}
