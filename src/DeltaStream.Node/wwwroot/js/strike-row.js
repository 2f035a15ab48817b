// One strike of the chain: a cell for each side and column, touched only when its value changes.

import { formatPlain } from "./format.js";
import { create, glow, setText } from "./paint.js";

const SIDES = ["call", "put"];

export class StrikeRow {
  element = create("tr");
  #columns;
  #cells = { call: {}, put: {} };
  #last = { call: null, put: null };
  #shares = { call: null, put: null };
  #mark = create("span", "mark");

  /** @param {object[]} columns the columns from the strike outwards */
  constructor(strike, columns) {
    this.#columns = columns;
    const cell = (side, { field, className = "" }) => (this.#cells[side][field] = create("td", `${side} ${className}`));
    const head = create("th", "strike", formatPlain(strike));
    head.scope = "row";
    head.append(this.#mark);
    this.element.append(...columns.toReversed().map(column => cell("call", column)), head, ...columns.map(column => cell("put", column)));
    this.element.dataset.strike = strike;
  }

  /** @param {{strike: number, call: object, put: object}} row @param {{spot: number, money: number, pain: number, most: number}} chain */
  update(row, chain) {
    for (const side of SIDES) this.#quote(side, row[side], chain.most);
    this.#inTheMoney("call", row.strike < chain.spot);
    this.#inTheMoney("put", row.strike > chain.spot);
    const money = row.strike === chain.money, pain = row.strike === chain.pain;
    this.element.classList.toggle("at-money", money);
    this.element.classList.toggle("max-pain", pain);
    setText(this.#mark, [money && "at the money", pain && "max pain"].filter(Boolean).join(" · "));
  }

  #quote(side, quote, most) {
    const cells = this.#cells[side], before = this.#last[side], last = this.#last[side] = quote?.last ?? null;
    for (const { field, format } of this.#columns) {
      const changed = setText(cells[field], format(quote?.[field] ?? null));
      if (field === "last" && changed && before !== null && last !== null) glow(cells.last, last > before ? "--up-soft" : "--down-soft");
    }
    if (!cells.open_interest) return;
    const share = most > 0 ? Math.max(0, (quote?.open_interest ?? 0) / most).toFixed(3) : "0";
    if (this.#shares[side] !== share) cells.open_interest.style.setProperty("--share", this.#shares[side] = share);
  }

  #inTheMoney(side, inside) {
    for (const cell of Object.values(this.#cells[side])) cell.classList.toggle(`in-${side}`, inside);
  }
}
