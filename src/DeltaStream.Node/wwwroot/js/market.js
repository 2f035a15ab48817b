// The page's copy of the market. It uses only maps, because a product may have any name, even __proto__.

import { FIELDS } from "./columns.js";
import { expiryOf, number, text } from "./values.js";

// The most points of a chart and the least time between two (ms): about a minute of a lively product.
const HISTORY = 90;
const POINT_EVERY = 600;
const MOST_PRODUCTS = 20_000;
const MOST_EXPIRIES = 24;

export class Market {
  products = new Map();
  #expiries = new Map();

  /** Takes an underlying_update; returns the product, or null if the page can't show the message. */
  underlying(data) {
    const symbol = text(data.product), price = number(data.price);
    if (symbol === null || price === null) return null;
    let product = this.products.get(symbol);
    if (!product) {
      if (this.products.size >= MOST_PRODUCTS) return null;
      product = { symbol, first: price, price, direction: 0, history: [], pointAt: -POINT_EVERY, at: 0 };
      this.products.set(symbol, product);
    }
    product.direction = Math.sign(price - product.price) || product.direction;
    product.price = price;
    product.at = performance.now();
    if (product.at - product.pointAt >= POINT_EVERY) {
      product.pointAt = product.at;
      product.history.push(price);
      if (product.history.length > HISTORY) product.history.shift();
    } else {
      product.history[product.history.length - 1] = price;
    }
    return product;
  }

  /** Takes a chain_summary or chain_update; returns true if its expiry was not known before. */
  expiry(data) {
    const symbol = text(data.product), expiry = expiryOf(data.expiry);
    if (symbol === null || expiry === null) return false;
    let known = this.#expiries.get(symbol);
    if (!known) {
      if (this.#expiries.size >= MOST_PRODUCTS) return false;
      this.#expiries.set(symbol, known = []);
    }
    if (known.includes(expiry) || known.length >= MOST_EXPIRIES) return false;
    known.push(expiry);
    known.sort();
    return true;
  }

  /** Known expiries of a product, nearest first. */
  expiriesOf(symbol) {
    return this.#expiries.get(symbol) ?? [];
  }

  /** All products, those with the most expiries first: indices, shares, then products without options. */
  symbols() {
    const all = [...new Set([...this.products.keys(), ...this.#expiries.keys()])];
    return all.sort((a, b) => this.expiriesOf(b).length - this.expiriesOf(a).length || (a < b ? -1 : 1));
  }
}

/** One row per strike, lowest first. The quotes of a chain_update are not validated, so this function checks them. */
export function strikesOf(chain) {
  const rows = new Map();
  const take = (quotes, side) => {
    if (!Array.isArray(quotes)) return;
    for (const quote of quotes) {
      const strike = number(quote?.strike);
      if (strike === null) continue;
      let row = rows.get(strike);
      if (!row) rows.set(strike, row = { strike, call: null, put: null });
      row[side] = Object.fromEntries(FIELDS.map(field => [field, number(quote[field])]));
    }
  };
  take(chain.calls, "call");
  take(chain.puts, "put");
  return [...rows.values()].sort((a, b) => a.strike - b.strike);
}

/** The strike nearest to the spot price, or null. */
export function atTheMoney(rows, spot) {
  if (spot === null || rows.length === 0) return null;
  return rows.reduce((best, row) => (Math.abs(row.strike - spot) < Math.abs(best.strike - spot) ? row : best)).strike;
}
