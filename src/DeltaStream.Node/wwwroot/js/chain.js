// The option chain of the chosen product and expiry.

import { formatCompact, formatExpiry, formatPrice, formatPlain, formatRatio } from "./format.js";
import { atTheMoney, strikesOf } from "./market.js";
import { create, paint, setText } from "./paint.js";
import { StrikeRow } from "./strike-row.js";
import { number } from "./values.js";

const SPANS = [["10", "±10"], ["20", "±20"], ["all", "All"]];

export class ChainView {
  #on;
  #product = document.getElementById("product");
  #expiries = document.getElementById("expiries");
  #body = document.getElementById("strikes");
  #scroll = document.getElementById("chain-scroll");
  #figures = document.getElementById("figures");
  #note = document.getElementById("chain-note");
  #noteText = document.getElementById("chain-note-text");
  #resume = document.getElementById("resume");
  #rows = new Map();
  #chain = null;
  #span = "10";
  #center = true;
  #asked = false;

  /** @param {{product: (symbol: string) => void, expiry: (expiry: string) => void, resume: () => void}} on */
  constructor(on) {
    this.#on = on;
    this.#product.addEventListener("change", () => on.product(this.#product.value));
    this.#resume.addEventListener("click", () => on.resume());
    const span = document.getElementById("span");
    for (const [value, label] of SPANS) {
      span.append(chip("span", value, label, value === this.#span, () => {
        this.#span = value;
        this.#center = this.#asked = true;
        paint(this.#paint);
      }));
    }
    this.clear("Waiting for the first option chain…");
  }

  /** Fills the list of products and selects the chosen one. */
  products(symbols, chosen) {
    const options = [...this.#product.options];
    if (options.length !== symbols.length || options.some((option, index) => option.value !== symbols[index])) {
      this.#product.replaceChildren(...symbols.map(symbol => new Option(symbol, symbol)));
    }
    if (chosen !== null) this.#product.value = chosen;
  }

  expiries(expiries, chosen) {
    const legend = this.#expiries.firstElementChild;
    const shown = [...this.#expiries.querySelectorAll("input")];
    if (shown.length === expiries.length && shown.every((input, index) => input.value === expiries[index])) {
      for (const input of shown) input.checked = input.value === chosen;
    } else {
      this.#expiries.replaceChildren(legend, ...expiries.map(expiry =>
        chip("expiry", expiry, formatExpiry(expiry), expiry === chosen, () => this.#on.expiry(expiry))));
    }
    this.#expiries.hidden = expiries.length === 0;
  }

  /** Empties the chain and shows the reason. */
  clear(note) {
    this.#chain = null;
    this.#rows.clear();
    this.#body.replaceChildren();
    this.#scroll.hidden = this.#figures.hidden = true;
    this.#note.hidden = false;
    this.#resume.hidden = true;
    this.#center = true;
    setText(this.#noteText, note);
  }

  /** Shows whether the chain no longer follows the market. */
  paused(isPaused) {
    this.#resume.hidden = !isPaused;
    if (isPaused) setText(this.#noteText, "Not subscribed to this chain: what stands here does not move.");
    if (this.#chain !== null || isPaused) this.#note.hidden = !isPaused;
  }

  update(chain) {
    this.#chain = chain;
    paint(this.#paint);
  }

  #paint = () => {
    const chain = this.#chain;
    if (chain === null) return;
    const spot = number(chain.spot_price), all = strikesOf(chain), money = atTheMoney(all, spot);
    const rows = this.#near(all, money);
    const most = rows.reduce((most, row) => Math.max(most, row.call?.interest ?? 0, row.put?.interest ?? 0), 0);
    const place = { spot, money, pain: number(chain.max_pain_strike), most };
    this.#keepOnly(rows);
    rows.forEach((row, index) => {
      let view = this.#rows.get(row.strike);
      if (!view) this.#rows.set(row.strike, view = new StrikeRow(row.strike));
      view.update(row, place);
      if (this.#body.children[index] !== view.element) this.#body.insertBefore(view.element, this.#body.children[index] ?? null);
    });
    this.#paintFigures(chain, all);
    this.#scroll.hidden = this.#figures.hidden = false;
    if (this.#resume.hidden) this.#note.hidden = true;
    if (this.#center) this.#showMoney(money);
  };

  #near(rows, money) {
    if (this.#span === "all" || money === null) return rows;
    const at = rows.findIndex(row => row.strike === money), each = Number(this.#span);
    return rows.slice(Math.max(0, at - each), at + each + 1);
  }

  #keepOnly(rows) {
    const keep = new Set(rows.map(row => row.strike));
    for (const [strike, view] of this.#rows) {
      if (keep.has(strike)) continue;
      view.element.remove();
      this.#rows.delete(strike);
    }
  }

  #showMoney(money) {
    const row = this.#rows.get(money)?.element;
    if (!row) return;
    const asked = this.#asked;
    this.#center = this.#asked = false;
    // On a phone the page scrolls, not the chain. Then only a user's choice moves it.
    if (getComputedStyle(this.#scroll).overflowY === "visible") {
      if (asked) row.scrollIntoView({ block: "center" });
      return;
    }
    this.#scroll.scrollTop = row.offsetTop - (this.#scroll.clientHeight - row.offsetHeight) / 2;
  }

  #paintFigures(chain, rows) {
    const sum = side => rows.reduce((sum, row) => sum + (row[side]?.interest ?? 0), 0);
    const figures = [
      ["Spot", formatPrice(number(chain.spot_price))],
      ["ATM straddle", formatPrice(number(chain.atm_straddle_price))],
      ["Max pain", formatPlain(number(chain.max_pain_strike))],
      ["Put-call ratio", formatRatio(number(chain.pcr_oi))],
      ["Call OI", formatCompact(sum("call"))],
      ["Put OI", formatCompact(sum("put"))],
    ];
    if (this.#figures.childElementCount !== figures.length) {
      this.#figures.replaceChildren(...figures.map(([name]) => {
        const box = create("div");
        box.append(create("dt", "", name), create("dd"));
        return box;
      }));
    }
    figures.forEach(([, value], index) => setText(this.#figures.children[index].lastElementChild, value));
  }
}

function chip(group, value, label, checked, chosen) {
  const box = create("label", "chip");
  const input = create("input");
  input.type = "radio";
  input.name = group;
  input.value = value;
  input.checked = checked;
  input.addEventListener("change", chosen);
  box.append(input, create("span", "", label));
  return box;
}
