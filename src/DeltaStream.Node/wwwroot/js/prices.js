// The list of prices: one row per product, with the direction of its last move, its change since the page opened and a chart.

import { formatChange, formatPrice } from "./format.js";
import { create, paint, setText } from "./paint.js";
import { drawSparkline } from "./sparkline.js";

const MOST_ROWS = 200;
const QUIET_AFTER = 10_000;

export class PriceList {
  #market;
  #on;
  #list = document.getElementById("prices");
  #note = document.getElementById("prices-note");
  #find = document.getElementById("find");
  #rows = new Map();
  #dirty = new Set();
  #chosen = null;

  /** @param {{choose: (symbol: string) => void, follow: (symbol: string) => void}} on */
  constructor(market, on) {
    this.#market = market;
    this.#on = on;
    this.#find.addEventListener("input", () => paint(this.#arrange));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#redraw());
    addEventListener("resize", () => this.#redraw());
    setInterval(() => this.#markQuiet(), 2000);
  }

  update(product) {
    if (!this.#rows.has(product.symbol)) paint(this.#arrange);
    this.#dirty.add(product);
    paint(this.#paint);
  }

  /** Schedules a new arrangement, because new data may change the order of the products. */
  arrange() {
    paint(this.#arrange);
  }

  choose(symbol) {
    this.#chosen = symbol;
    for (const [name, row] of this.#rows) this.#markChosen(name, row);
  }

  /** Marks the products whose room the page has joined. */
  follow(isFollowed) {
    for (const [symbol, row] of this.#rows) row.follow.setAttribute("aria-pressed", String(isFollowed(symbol)));
  }

  #redraw() {
    for (const symbol of this.#rows.keys()) this.#dirty.add(this.#market.products.get(symbol));
    paint(this.#paint);
  }

  /** Gives a row to the first products that match the search, in order. */
  #arrange = () => {
    const wanted = this.#find.value.trim().toUpperCase();
    const matching = this.#market.symbols()
      .filter(symbol => symbol.toUpperCase().includes(wanted) && this.#market.products.has(symbol))
      .map(symbol => this.#market.products.get(symbol));
    const shown = matching.slice(0, MOST_ROWS);
    const keep = new Set(shown.map(product => product.symbol));
    for (const [symbol, row] of this.#rows) {
      if (keep.has(symbol)) continue;
      row.item.remove();
      this.#rows.delete(symbol);
    }
    shown.forEach((product, index) => {
      let row = this.#rows.get(product.symbol);
      if (!row) {
        this.#rows.set(product.symbol, row = this.#row(product.symbol));
        this.#dirty.add(product);
      }
      if (this.#list.children[index] !== row.item) this.#list.insertBefore(row.item, this.#list.children[index] ?? null);
    });
    const more = matching.length - shown.length;
    this.#note.hidden = shown.length > 0 && more === 0;
    setText(this.#note, shown.length === 0 ? (wanted ? "No product of that name." : "Waiting for the first price…") : `and ${more} more: use Find`);
    paint(this.#paint);
  };

  #row(symbol) {
    const item = create("li", "price");
    const open = create("button", "price-open");
    open.type = "button";
    const name = create("span", "price-symbol", symbol);
    const spark = create("canvas", "price-spark");
    spark.setAttribute("aria-hidden", "true");
    const value = create("span", "price-value");
    const lastLine = create("span", "price-last");
    const arrow = create("span", "price-arrow");
    arrow.setAttribute("aria-hidden", "true");
    const spoken = create("span", "hidden-text");
    const last = create("span");
    const change = create("span", "price-change");
    lastLine.append(arrow, spoken, last);
    value.append(lastLine, change);
    open.append(name, spark, value);
    open.addEventListener("click", () => this.#on.choose(symbol));
    const follow = create("button", "price-follow", "☆");
    follow.type = "button";
    follow.title = `Subscribe to product:${symbol}`;
    follow.setAttribute("aria-label", follow.title);
    follow.setAttribute("aria-pressed", "false");
    follow.addEventListener("click", () => this.#on.follow(symbol));
    item.append(open, follow);
    item.dataset.symbol = symbol;
    const row = { item, spark, last, arrow, spoken, change, lastLine, follow };
    this.#markChosen(symbol, row);
    return row;
  }

  #markChosen(symbol, row) {
    row.item.toggleAttribute("data-chosen", symbol === this.#chosen);
  }

  #markQuiet() {
    const now = performance.now();
    for (const [symbol, row] of this.#rows) {
      row.item.toggleAttribute("data-quiet", now - this.#market.products.get(symbol).at > QUIET_AFTER);
    }
  }

  #paint = () => {
    for (const product of this.#dirty) {
      const row = this.#rows.get(product.symbol);
      if (!row) continue;
      const up = product.direction > 0, down = product.direction < 0;
      setText(row.last, formatPrice(product.price));
      setText(row.arrow, up ? "▲" : down ? "▼" : "");
      setText(row.spoken, up ? "up " : down ? "down " : "");
      row.lastLine.classList.toggle("up", up);
      row.lastLine.classList.toggle("down", down);
      const change = product.price - product.first;
      setText(row.change, formatChange(product.price, product.first));
      row.change.classList.toggle("up", change > 0);
      row.change.classList.toggle("down", change < 0);
      row.item.removeAttribute("data-quiet");
      drawSparkline(row.spark, product.history, product.first);
    }
    this.#dirty.clear();
  };
}
