// One strike of the chain: nine cells, each touched only when its value changes.

import { formatCompact, formatPercent, formatPlain, formatPrice } from "./format.js";
import { create, glow, setText } from "./paint.js";

const SIDES = ["call", "put"];

export class StrikeRow {
  element = create("tr");
  #cells = { call: {}, put: {} };
  #last = { call: null, put: null };
  #mark = create("span", "mark");

  constructor(strike) {
    const cell = (side, field, className) => (this.#cells[side][field] = create("td", `${side} ${className}`));
    const head = create("th", "strike", formatPlain(strike));
    head.scope = "row";
    head.append(this.#mark);
    this.element.append(
      cell("call", "volume", "wide dim"), cell("call", "volatility", "wide dim"), cell("call", "last", "ltp"), cell("call", "interest", "oi"),
      head,
      cell("put", "interest", "oi"), cell("put", "last", "ltp"), cell("put", "volatility", "wide dim"), cell("put", "volume", "wide dim"));
    this.element.dataset.strike = strike;
  }

  /** @param {{strike: number, call: object, put: object}} row @param {{spot: number, money: number, pain: number, most: number}} chain */
  update(row, chain) {
    for (const side of SIDES) {
      const cells = this.#cells[side], quote = row[side];
      const before = this.#last[side], last = quote?.last ?? null;
      if (setText(cells.last, formatPrice(last)) && before !== null && last !== null) glow(cells.last, last > before ? "--up-soft" : "--down-soft");
      this.#last[side] = last;
      setText(cells.volatility, formatPercent(quote?.volatility || null));
      setText(cells.volume, formatCompact(quote?.volume));
      setText(cells.interest, formatCompact(quote?.interest));
      const share = chain.most > 0 ? Math.max(0, (quote?.interest ?? 0) / chain.most).toFixed(3) : "0";
      if (cells.share !== share) cells.interest.style.setProperty("--share", cells.share = share);
    }
    this.#inTheMoney("call", row.strike < chain.spot);
    this.#inTheMoney("put", row.strike > chain.spot);
    const money = row.strike === chain.money, pain = row.strike === chain.pain;
    this.element.classList.toggle("at-money", money);
    this.element.classList.toggle("max-pain", pain);
    setText(this.#mark, [money && "at the money", pain && "max pain"].filter(Boolean).join(" · "));
  }

  #inTheMoney(side, inside) {
    for (const field of ["volume", "volatility", "last", "interest"]) this.#cells[side][field].classList.toggle(`in-${side}`, inside);
  }
}
