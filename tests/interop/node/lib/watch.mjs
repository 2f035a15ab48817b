// A client with a view of one chain, and what it must hold after each document.
import assert from 'node:assert/strict';
import { eventually } from './clients.mjs';
import { Held } from './held.mjs';
import { Centre, reduced } from './reducer.mjs';
import { canonical, parse } from './tokens.mjs';

/** The documents of one chain in the order in which they are published. Each has a member `n` of its own, whatever a view leaves out. */
export class Published {
  #centre = new Centre();
  #last = 0;

  constructor(market) {
    this.market = market;
  }

  /** Publishes the text that comes of the number of the document. */
  async next(textOf) {
    const text = textOf(++this.#last);
    [this.text, this.document] = [text, parse(text)];
    assert.equal(this.document.get('n'), `${this.#last}`);
    this.place = this.#centre.next(this.document);
    await this.market.publishChain(text);
  }

  /** What a view makes of the newest document. */
  in(view) {
    return reduced(this.document, view, this.place);
  }
}

export class Watch {
  held = new Held();
  #read = 0;

  /** @param request a room of one expiry, with the fields of a view */
  constructor(viewer, request) {
    Object.assign(this, { viewer, request });
  }

  static async open(viewer, request) {
    const watch = new Watch(viewer, request);
    await watch.subscribe();
    return watch;
  }

  /** Subscribes, again with the version that it has. */
  async subscribe(have = this.held.version ?? undefined) {
    const { ack, events } = await this.viewer.subscribe({ ...this.request, have: this.request.mode === 'delta' ? have : undefined });
    assert.equal(ack.status, 'ok', JSON.stringify(ack));
    this.view = ack.view;
    this.take();
    return events;
  }

  /** Takes what has come of the chain. */
  take() {
    for (; this.#read < this.viewer.heard.length; this.#read++) {
      const { name, tokens, data } = this.viewer.heard[this.#read];
      if (['chain_snapshot', 'chain_delta', 'chain_update'].includes(name) && data.product === this.request.symbol) this.held.take(name, tokens);
    }
    return this.held;
  }

  /** Goes on with what another connection has brought. */
  continueFrom({ held, view, viewer }) {
    Object.assign(this, { held, view, viewer });
    this.#read = viewer.heard.length;
  }

  /** Waits until the newest document has come, and compares. */
  async sees(published) {
    const n = published.document.get('n');
    await eventually(() => this.take().chain?.get('n') === n, () => `document ${n} of ${published.text.slice(0, 200)} in ${JSON.stringify(this.view)}; held: ${this.held.text?.slice(0, 300)}`);
    this.equals(published);
  }

  equals(published) {
    const wanted = canonical(published.in(this.view));
    if (this.take().text !== wanted) assert.fail(`${JSON.stringify(this.view)} of ${published.text}, which came as ${this.held.history}, last ${this.viewer.heard.at(-1)?.text}, is\n${this.held.text}\nand not\n${wanted}`);
  }
}
