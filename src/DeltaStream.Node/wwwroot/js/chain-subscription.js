// The subscription to the chosen chain: the view that the page asks for, and the chain as it stands.
//
// The first answer is the whole chain. It shows what a whole chain is in bytes, so that the page can say what the view saves, and
// whether its strikes are numbers: a view is made of those alone, so that a chain with others is taken whole.

import { applyDelta, asDocument, fromSnapshot } from "./delta.js";
import { roomName } from "./rooms.js";
import { expiryOf } from "./values.js";

export class ChainSubscription {
  #rooms;
  #settings;
  #on;
  #request = null;
  #copy = null;
  #wholeBytes = 0;
  #isNew = true;

  /**
   * @param {import("./rooms.js").Rooms} rooms
   * @param {{strikes: string, columns: string[], mode: string, rate: string}} settings what the user chose to see
   * @param {{chain: (chain: object, isView: boolean, isNew: boolean) => void, saved: (bytes: number) => void, answer: (answer: object) => void}} on
   *   `isView` says that the gateway has left only the chosen strikes, `isNew` that it is the first of a view
   */
  constructor(rooms, settings, on) {
    this.#rooms = rooms;
    this.#settings = settings;
    this.#on = on;
  }

  /** Another chain, or none: its room is left, and the new one is joined. */
  choose(request) {
    const former = this.#request;
    this.#request = request;
    this.#copy = null;
    this.#wholeBytes = 0;
    this.#isNew = true;
    if (former !== null) this.#rooms.leave(roomName(former));
    if (request !== null) this.join();
  }

  change(settings) {
    this.#settings = settings;
    this.#copy = null;
    this.#isNew = true;
    if (this.#room !== undefined && this.#wholeBytes > 0) this.join();
  }

  /** True for the room of the chosen chain. */
  is(name) {
    return this.#request !== null && roomName(this.#request) === name;
  }

  async join() {
    const answer = await this.#rooms.join(this.#request, () => this.#view());
    if (answer.code !== "offline") this.#on.answer(answer);
    return answer;
  }

  /** Takes an event of a chain. `bytes` is the size of its frame. */
  event(name, data, bytes) {
    if (this.#request === null || data.product !== this.#request.symbol || expiryOf(data.expiry) !== this.#request.expiry) return;
    const view = this.#room?.view;
    if (name !== "chain_update") {
      if (view?.mode === "delta") this.#copied(name, data, bytes);
    } else if (view?.fields) {
      this.#show(data, bytes);
    } else {
      this.#whole(data, bytes);
    }
  }

  #whole(data, bytes) {
    this.#on.chain(data, false, false);
    if (this.#room === undefined || this.#wholeBytes > 0 || !hasNumbers(data)) return;
    this.#wholeBytes = bytes;
    this.join();
  }

  #copied(name, data, bytes) {
    // What comes before the answer does not follow on the version that the page asked with.
    if (this.#room.state !== "joined") return;
    const copy = name === "chain_snapshot" ? fromSnapshot(data) : applyDelta(this.#copy, data);
    if (copy === null) {
      this.join();
      return;
    }
    this.#copy = copy;
    this.#show(asDocument(copy), bytes);
  }

  #show(chain, bytes) {
    this.#on.saved(this.#wholeBytes - bytes);
    this.#on.chain(chain, true, this.#isNew);
    // Until the answer it may be one of the former view.
    if (this.#room.state === "joined") this.#isNew = false;
  }

  get #room() {
    return this.#request === null ? undefined : this.#rooms.all.get(roomName(this.#request));
  }

  #view() {
    if (this.#wholeBytes === 0) return {};
    const { strikes, columns, mode, rate } = this.#settings;
    return {
      mode,
      fields: columns,
      ...(strikes !== "all" && { window: { atm: Number(strikes) } }),
      ...(mode === "delta" && { format: "compact" }),
      ...(rate !== "" && { max_rate: Number(rate) }),
      ...(mode === "delta" && this.#copy !== null && { have: this.#copy.version }),
    };
  }
}

const hasNumbers = chain => ["calls", "puts"].every(side =>
  Array.isArray(chain[side]) && chain[side].every(quote => typeof quote?.strike === "number"));
