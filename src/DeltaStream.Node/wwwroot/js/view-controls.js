// What the user chooses to see of a chain: strikes, columns, how often, and whether whole rows or changes come.

import { create } from "./paint.js";
import { COLUMNS, usualColumns } from "./columns.js";

const STRIKES = [["10", "±10"], ["20", "±20"], ["all", "All"]];
const MODES = [["delta", "Changes"], ["full", "Whole rows"]];
const SMALL = "(max-width: 640px)";

export class ViewControls {
  #changed;
  #answer = document.getElementById("view-answer");
  #rate = document.getElementById("view-rate");
  #columns = document.getElementById("view-columns");

  /** The settings; `columns` are names of fields, from the strike outwards. */
  settings = { strikes: "10", columns: usualColumns(matchMedia(SMALL).matches), mode: "delta", rate: "" };

  /** @param {(settings: object) => void} changed */
  constructor(changed) {
    this.#changed = changed;
    document.getElementById("span").append(...STRIKES.map(([value, label]) =>
      choice("radio", "span", value, label, value === this.settings.strikes, () => this.#set({ strikes: value }))));
    document.getElementById("view-mode").append(...MODES.map(([value, label]) =>
      choice("radio", "mode", value, label, value === this.settings.mode, () => this.#set({ mode: value }))));
    this.#columns.append(...COLUMNS.map(({ field, label, title }) => {
      const box = choice("checkbox", "column", field, label, this.settings.columns.includes(field), () => this.#choose());
      box.title = title;
      return box;
    }));
    this.#rate.addEventListener("change", () => this.#set({ rate: this.#rate.value }));
    this.#keepOne();
  }

  /** Shows what the gateway says of the view: nothing where it granted it. */
  answer({ status, message }) {
    this.#answer.textContent = status === "ok" ? "" : message;
    this.#answer.hidden = status === "ok";
  }

  #choose() {
    const chosen = [...this.#columns.querySelectorAll("input:checked")].map(input => input.value);
    this.#keepOne();
    this.#set({ columns: chosen });
  }

  /** A chain without columns is none: the last one cannot be taken away. */
  #keepOne() {
    const chosen = this.#columns.querySelectorAll("input:checked");
    for (const input of this.#columns.querySelectorAll("input")) input.disabled = chosen.length === 1 && input.checked;
  }

  #set(part) {
    this.settings = { ...this.settings, ...part };
    this.#changed(this.settings);
  }
}

/** A choice of a group, as a chip. */
export function choice(type, group, value, label, checked, chosen) {
  const box = create("label", "chip");
  const input = create("input");
  input.type = type;
  input.name = group;
  input.value = value;
  input.checked = checked;
  input.addEventListener("change", chosen);
  box.append(input, create("span", "", label));
  return box;
}
