// The joined rooms as chips with which the user leaves them, and a form to join others.

import { create, setText } from "./paint.js";
import { GENERAL, roomName } from "./rooms.js";

export class RoomsView {
  #on;
  #list = document.getElementById("rooms");
  #type = document.getElementById("join-type");
  #symbol = document.getElementById("join-symbol");
  #expiry = document.getElementById("join-expiry");
  #answer = document.getElementById("join-answer");

  /** @param {{join: (request: object) => Promise<object>, leave: (name: string) => void}} on */
  constructor(on) {
    this.#on = on;
    this.#type.addEventListener("change", () => this.#fields());
    document.getElementById("join").addEventListener("submit", event => {
      event.preventDefault();
      this.#join();
    });
    this.#fields();
  }

  /** Shows the rooms, or hides them while the gateway does not let the page in. */
  available(isAvailable) {
    for (const id of ["rooms-panel", "rooms-jump"]) document.getElementById(id).hidden = !isAvailable;
  }

  show(rooms) {
    this.#list.replaceChildren(...[...rooms].map(([name, { state }]) => {
      const item = create("li", "room");
      item.dataset.room = name;
      item.dataset.state = state;
      const leave = create("button", "room-leave", "×");
      leave.type = "button";
      leave.title = `Unsubscribe from ${name}`;
      leave.setAttribute("aria-label", leave.title);
      leave.addEventListener("click", () => {
        this.#on.leave(name);
        this.#say(`Unsubscribed from ${name}`, false);
        this.#list.querySelector("button")?.focus();
      });
      item.append(create("span", "room-name", name), leave);
      return item;
    }));
  }

  /** Sets the form's suggestions: symbols, and the expiries of the chosen symbol. */
  suggest(symbols, expiriesOf) {
    options("known-products", symbols);
    options("known-expiries", expiriesOf(this.#symbol.value.trim()));
  }

  #fields() {
    document.getElementById("join-symbol-field").hidden = this.#type.value === GENERAL;
    document.getElementById("join-expiry-field").hidden = this.#type.value !== "chain";
  }

  async #join() {
    const request = { type: this.#type.value };
    if (request.type !== GENERAL) request.symbol = this.#symbol.value.trim();
    if (request.type === "chain" && this.#expiry.value.trim()) request.expiry = this.#expiry.value.trim();
    this.#say("", false);
    const answer = await this.#on.join(request);
    const name = roomName(request);
    if (answer.status === "ok") this.#say(answer.values === 0 ? `Subscribed to ${name}: nothing is known under that name yet` : `Subscribed to ${name}`, false);
    else this.#say(typeof answer.message === "string" ? answer.message : "Refused", true);
  }

  #say(text, bad) {
    setText(this.#answer, text);
    this.#answer.toggleAttribute("data-bad", bad);
  }
}

function options(id, values) {
  const list = document.getElementById(id);
  const shown = values.slice(0, 200);
  if (list.options.length === shown.length && shown.every((value, index) => list.options[index].value === value)) return;
  list.replaceChildren(...shown.map(value => new Option(value, value)));
}
