// The rooms this page wants to be in: joined again after every reconnect.

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

  /** Room name to {request, state}, in the order they were asked for. */
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
    // While offline the wish is kept: the next connection carries it out.
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

  /** A new connection is in `general` and nothing else. */
  rejoin() {
    if (!this.has(GENERAL)) this.#socket.ask("unsubscribe", { type: GENERAL });
    for (const { request } of [...this.#wanted.values()]) this.join(request);
  }

  offline() {
    for (const room of this.#wanted.values()) room.state = "joining";
    this.#changed();
  }
}
