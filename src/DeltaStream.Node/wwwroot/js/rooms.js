// The rooms that the page wants; it joins them again after every reconnect.

export const GENERAL = "general";

export function roomName({ type, symbol, expiry }) {
  if (type === GENERAL) return GENERAL;
  return expiry ? `${type}:${symbol}:${expiry}` : `${type}:${symbol}`;
}

export class Rooms {
  #socket;
  #wanted = new Map();
  #changed;

  constructor(socket, changed) {
    this.#socket = socket;
    this.#changed = changed;
  }

  /** Maps a room's name to {request, state}, in the order of the requests. */
  get all() {
    return this.#wanted;
  }

  has(name) {
    return this.#wanted.has(name);
  }

  /** Resolves with the gateway's acknowledgement; a refused room is not kept. */
  async join(request) {
    const name = roomName(request);
    const room = { request, state: "joining" };
    this.#wanted.set(name, room);
    this.#changed();
    const answer = await this.#socket.ask("subscribe", request);
    if (answer.status === "ok") room.state = "joined";
    // While the page is offline it keeps the request; the next connection sends it.
    else if (answer.code !== "offline" && this.#wanted.get(name) === room) this.#wanted.delete(name);
    this.#changed();
    return answer;
  }

  leave(name) {
    const room = this.#wanted.get(name);
    if (!room) return;
    this.#wanted.delete(name);
    this.#changed();
    this.#socket.ask("unsubscribe", room.request);
  }

  /** Joins the rooms again: a new connection is only in `general`. */
  rejoin() {
    if (!this.has(GENERAL)) this.#socket.ask("unsubscribe", { type: GENERAL });
    for (const { request } of [...this.#wanted.values()]) this.join(request);
  }

  offline() {
    for (const room of this.#wanted.values()) room.state = "joining";
    this.#changed();
  }
}
