// The state of each market in the header: the word that the producer published.

import { create, setText } from "./paint.js";
import { text } from "./values.js";

const MOST_MARKETS = 12;

export class MarketsView {
  #item = document.getElementById("markets-item");
  #list = document.getElementById("markets");
  #shown = new Map();

  /** Takes a market_status. Only `open` is shown as open; any other word is shown as the producer wrote it. */
  update(data) {
    const market = text(data.market), status = text(data.status);
    if (market === null || status === null) return;
    let word = this.#shown.get(market);
    if (!word) {
      if (this.#shown.size >= MOST_MARKETS) return;
      word = create("span", "lamp market");
      this.#shown.set(market, word);
      this.#place(market, word);
    }
    word.dataset.state = status === "open" ? "open" : "other";
    setText(word, `${market} ${status.replaceAll("_", " ")}`);
    this.#item.hidden = false;
  }

  /** Keeps the markets in the order of their names. */
  #place(market, word) {
    const next = [...this.#shown.keys()].sort().find(name => name > market);
    this.#list.insertBefore(word, next === undefined ? null : this.#shown.get(next));
  }
}
