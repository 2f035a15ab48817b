// The joined rooms as chips with which the user leaves them, and a form to join others.

import { formatTime } from "./format.js";
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
    const names = [...rooms.keys()], shown = [...this.#list.children];
    if (names.length !== shown.length || shown.some((item, index) => item.dataset.room !== names[index])) {
      this.#list.replaceChildren(...names.map(name => this.#chip(name)));
    }
    [...rooms.values()].forEach((room, index) => freshen(this.#list.children[index], room));
  }

  #chip(name) {
    const item = create("li", "room");
    item.dataset.room = name;
    const leave = create("button", "room-leave", "×");
    leave.type = "button";
    leave.title = `Unsubscribe from ${name}`;
    leave.setAttribute("aria-label", leave.title);
    leave.addEventListener("click", () => {
      this.#on.leave(name);
      this.#say(`Unsubscribed from ${name}`, false);
      this.#list.querySelector("button")?.focus();
    });
    item.append(create("span", "room-name", name), create("span", "room-status lamp"), leave);
    return item;
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

/** Shows whether the room is joined, and whether updates come for it: live, quiet or down, and since when. */
function freshen(item, { state, status }) {
  item.dataset.state = state;
  const lamp = item.querySelector(".room-status");
  lamp.hidden = status === undefined;
  if (status === undefined) return;
  lamp.dataset.state = status.status;
  setText(lamp, status.status);
  const last = Number.isFinite(status.last) ? `; last update at ${formatTime(status.last)}` : "";
  lamp.title = Number.isFinite(status.since) ? `${status.status} since ${formatTime(status.since)}${last}` : status.status;
}

function options(id, values) {
  const list = document.getElementById(id);
  const shown = values.slice(0, 200);
  if (list.options.length === shown.length && shown.every((value, index) => list.options[index].value === value)) return;
  list.replaceChildren(...shown.map(value => new Option(value, value)));
}
