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

  /** Maps a room's name to {request, state, view, status}, in the order of the requests. */
  get all() {
    return this.#wanted;
  }

  has(name) {
    return this.#wanted.has(name);
  }

  /**
   * Resolves with the gateway's acknowledgement. A refused room is not kept; one that was joined before stays as it was, unless
   * the token no longer covers it.
   * @param {object} request
   * @param {() => object} viewOf the view to ask for, each time that the page joins
   */
  async join(request, viewOf = () => ({})) {
    const name = roomName(request), former = this.#wanted.get(name);
    const room = { request, viewOf, state: "joining", view: former?.view, status: former?.status };
    this.#wanted.set(name, room);
    this.#changed();
    const answer = await this.#socket.ask("subscribe", { ...request, status: true, ...viewOf() });
    if (answer.status === "ok") {
      room.state = "joined";
      room.view = answer.view;
    } else if (answer.code !== "offline" && this.#wanted.get(name) === room) {
      // While the page is offline it keeps the request; the next connection sends it.
      if (former?.state === "joined" && answer.code !== "unauthorized") this.#wanted.set(name, former);
      else this.#wanted.delete(name);
    }
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

  /** Takes a room_status: whether updates come for the room. */
  status({ room: name, status, since, last_update }) {
    const room = this.#wanted.get(name);
    if (!room) return;
    room.status = { status, since, last: last_update };
    this.#changed();
  }

  /** Joins the rooms again: a new connection is only in `general`. */
  rejoin() {
    if (!this.has(GENERAL)) this.#socket.ask("unsubscribe", { type: GENERAL });
    for (const { request, viewOf } of [...this.#wanted.values()]) this.join(request, viewOf);
  }

  offline() {
    for (const room of this.#wanted.values()) {
      room.state = "joining";
      room.view = room.status = undefined;
    }
    this.#changed();
  }
}
