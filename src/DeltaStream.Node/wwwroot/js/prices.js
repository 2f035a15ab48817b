// The list of prices: a row for each product in view, with the direction of its last move, its change since the page opened and a
// chart.

import { formatChange, formatPrice } from "./format.js";
import { columnsIn, inView, ROW_HEIGHT } from "./list-window.js";
import { create, paint, setText } from "./paint.js";
import { drawSparkline } from "./sparkline.js";

const QUIET_AFTER = 10_000;

export class PriceList {
  #market;
  #on;
  #scroll = document.getElementById("prices-scroll");
  #list = document.getElementById("prices");
  #note = document.getElementById("prices-note");
  #find = document.getElementById("find");
  #rows = new Map();
  #dirty = new Set();
  #matching = [];
  #chosen = null;
  #isFollowed = () => false;

  /** @param {{choose: (symbol: string) => void, follow: (symbol: string) => void}} on */
  constructor(market, on) {
    this.#market = market;
    this.#on = on;
    this.#find.addEventListener("input", () => {
      this.#scroll.scrollTop = 0;
      paint(this.#arrange);
    });
    for (const scroller of [this.#scroll, window]) scroller.addEventListener("scroll", () => paint(this.#draw), { passive: true });
    // Text above the list or a column more or less moves the rows.
    new ResizeObserver(() => paint(this.#draw)).observe(this.#list);
    new ResizeObserver(() => paint(this.#draw)).observe(document.body);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#redraw());
    addEventListener("resize", () => {
      paint(this.#draw);
      this.#redraw();
    });
    setInterval(() => this.#markQuiet(), 2000);
  }

  update(product) {
    if (!this.#rows.has(product.symbol)) return;
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
    this.#isFollowed = isFollowed;
    for (const [symbol, row] of this.#rows) row.follow.setAttribute("aria-pressed", String(isFollowed(symbol)));
  }

  #redraw() {
    for (const symbol of this.#rows.keys()) this.#dirty.add(this.#market.products.get(symbol));
    paint(this.#paint);
  }

  /** Finds the products that match the search, in order. */
  #arrange = () => {
    const wanted = this.#find.value.trim().toUpperCase();
    this.#matching = this.#market.symbols().filter(symbol => symbol.toUpperCase().includes(wanted) && this.#market.products.has(symbol));
    this.#note.hidden = this.#matching.length > 0;
    setText(this.#note, wanted ? "No product of that name." : "Waiting for the first price…");
    this.#draw();
  };

  /** Gives a row to each product in view. The row that has the focus stays, wherever it is. */
  #draw = () => {
    const columns = columnsIn(this.#list.clientWidth), count = this.#matching.length;
    this.#list.style.height = `${Math.ceil(count / columns) * ROW_HEIGHT}px`;
    const box = this.#scroll.getBoundingClientRect(), { top } = this.#list.getBoundingClientRect();
    const { from, to } = inView(count, columns, Math.max(0, box.top) - top, Math.min(innerHeight, box.bottom) - top);
    const focused = document.activeElement?.closest(".price")?.dataset.symbol;
    const places = new Map();
    for (let index = from; index < to; index++) places.set(this.#matching[index], index);
    if (focused !== undefined && !places.has(focused) && this.#matching.includes(focused)) places.set(focused, this.#matching.indexOf(focused));
    for (const [symbol, row] of this.#rows) {
      if (places.has(symbol)) continue;
      row.item.remove();
      this.#rows.delete(symbol);
    }
    let next = this.#list.firstElementChild;
    for (const [symbol, index] of [...places].sort(([, a], [, b]) => a - b)) {
      const row = this.#rows.get(symbol) ?? this.#add(symbol);
      this.#place(row.item, index, columns, count);
      if (row.item === next) next = next.nextElementSibling;
      else this.#list.insertBefore(row.item, next);
    }
    paint(this.#paint);
  };

  #add(symbol) {
    const row = this.#row(symbol);
    this.#rows.set(symbol, row);
    this.#dirty.add(this.#market.products.get(symbol));
    return row;
  }

  #place(item, index, columns, count) {
    item.style.width = `${100 / columns}%`;
    item.style.left = `${(index % columns) * (100 / columns)}%`;
    item.style.top = `${Math.floor(index / columns) * ROW_HEIGHT}px`;
    item.setAttribute("aria-setsize", String(count));
    item.setAttribute("aria-posinset", String(index + 1));
  }

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
    follow.setAttribute("aria-pressed", String(this.#isFollowed(symbol)));
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
