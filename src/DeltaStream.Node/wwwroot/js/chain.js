// The option chain of the chosen product and expiry.

import { COLUMNS } from "./columns.js";
import { formatCompact, formatExpiry, formatPrice, formatPlain, formatRatio } from "./format.js";
import { atTheMoney, strikesOf } from "./market.js";
import { create, paint, setText } from "./paint.js";
import { StrikeRow } from "./strike-row.js";
import { number } from "./values.js";
import { choice } from "./view-controls.js";

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
  #isView = false;
  #settings;
  #columns = [];
  #center = true;
  #asked = false;

  /**
   * @param {{strikes: string, columns: string[]}} settings what the user chose to see
   * @param {{product: (symbol: string) => void, expiry: (expiry: string) => void, resume: () => void}} on
   */
  constructor(settings, on) {
    this.#on = on;
    this.#product.addEventListener("change", () => on.product(this.#product.value));
    this.#resume.addEventListener("click", () => on.resume());
    this.change(settings);
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
        choice("radio", "expiry", expiry, formatExpiry(expiry), expiry === chosen, () => this.#on.expiry(expiry))));
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

  /** The user chose other strikes or columns. */
  change(settings) {
    const before = this.#settings;
    this.#settings = settings;
    if (before?.columns.join() !== settings.columns.join()) {
      this.#columns = COLUMNS.filter(({ field }) => settings.columns.includes(field));
      showHead(this.#columns);
      this.#rows.clear();
      this.#body.replaceChildren();
    }
    if (before !== undefined && before.strikes !== settings.strikes) {
      this.#asked = true;
      this.#center = !this.#isView;
    }
    paint(this.#paint);
  }

  /**
   * @param {boolean} isView whether the gateway has left only the chosen strikes; otherwise the page does
   * @param {boolean} isNew whether it is the first with the strikes that were chosen
   */
  update(chain, isView, isNew) {
    if (isNew) this.#center = true;
    this.#chain = chain;
    this.#isView = isView;
    paint(this.#paint);
  }

  #paint = () => {
    const chain = this.#chain;
    if (chain === null) return;
    const spot = number(chain.spot_price), all = strikesOf(chain), money = atTheMoney(all, spot);
    const rows = this.#isView ? all : this.#near(all, money);
    const most = rows.reduce((most, row) => Math.max(most, row.call?.open_interest ?? 0, row.put?.open_interest ?? 0), 0);
    const place = { spot, money, pain: number(chain.max_pain_strike), most };
    this.#keepOnly(rows);
    rows.forEach((row, index) => {
      let view = this.#rows.get(row.strike);
      if (!view) this.#rows.set(row.strike, view = new StrikeRow(row.strike, this.#columns));
      view.update(row, place);
      if (this.#body.children[index] !== view.element) this.#body.insertBefore(view.element, this.#body.children[index] ?? null);
    });
    this.#paintFigures(chain, all);
    this.#scroll.hidden = this.#figures.hidden = false;
    if (this.#resume.hidden) this.#note.hidden = true;
    if (this.#center) this.#showMoney(money);
  };

  #near(rows, money) {
    const { strikes } = this.#settings;
    if (strikes === "all" || money === null) return rows;
    const at = rows.findIndex(row => row.strike === money), each = Number(strikes);
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
    if (matchMedia("(max-width: 980px)").matches) {
      if (asked) row.scrollIntoView({ block: "center" });
      return;
    }
    this.#scroll.scrollTop = row.offsetTop - (this.#scroll.clientHeight - row.offsetHeight) / 2;
  }

  #paintFigures(chain, rows) {
    // A view has some of the strikes: the whole chain's total is the one that was published with it.
    const interest = (total, side) => formatCompact(number(chain[total]) ?? rows.reduce((sum, row) => sum + (row[side]?.open_interest ?? 0), 0));
    const figures = [
      ["Spot", formatPrice(number(chain.spot_price))],
      ["ATM straddle", formatPrice(number(chain.atm_straddle_price))],
      ["Max pain", formatPlain(number(chain.max_pain_strike))],
      ["Put-call ratio", formatRatio(number(chain.pcr_oi))],
      ["Call OI", interest("total_call_oi", "call")],
      ["Put OI", interest("total_put_oi", "put")],
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

/** The head of the table: the columns outwards from the strike, for calls to the left and for puts to the right. */
function showHead(columns) {
  const side = (className, label) => {
    const head = create("th", className, label);
    head.colSpan = columns.length;
    head.scope = "colgroup";
    return head;
  };
  const heads = className => columns.map(({ label, title }) => {
    const head = create("th", className);
    const name = create("abbr", "", label);
    if (title !== label) name.title = title;
    head.scope = "col";
    head.append(name);
    return head;
  });
  const strike = create("th", "strike", "Strike");
  strike.scope = "col";
  const sides = create("tr", "sides"), names = create("tr");
  sides.append(side("side-call", "Calls"), create("td", "strike"), side("side-put", "Puts"));
  names.append(...heads("call").reverse(), strike, ...heads("put"));
  document.getElementById("chain-columns").replaceChildren(sides, names);
  document.getElementById("chain-table").style.setProperty("--columns", String(columns.length));
  const { dataset } = document.getElementById("chain-scroll");
  dataset.width = columns.length > 5 ? "tablet" : columns.length > 2 ? "phone" : "any";
}
