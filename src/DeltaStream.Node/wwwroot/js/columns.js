// The columns of the chain, from the strike outwards: the quote's field, its head, and how it is written.

import { formatCompact, formatGreek, formatPercent, formatPrice } from "./format.js";

const column = (field, label, title, format, options = {}) => ({ field, label, title, format, ...options });

export const COLUMNS = [
  column("open_interest", "OI", "Open interest", formatCompact, { className: "oi" }),
  column("last", "LTP", "Last traded price", formatPrice, { className: "ltp" }),
  column("iv", "IV", "Implied volatility", value => formatPercent(value || null), { className: "dim" }),
  column("volume", "Volume", "Volume", formatCompact, { className: "dim" }),
  column("bid", "Bid", "Bid", formatPrice),
  column("ask", "Ask", "Ask", formatPrice),
  column("delta", "Delta", "Delta", formatGreek, { className: "dim" }),
  column("gamma", "Gamma", "Gamma", formatGreek, { className: "dim" }),
  column("theta", "Theta", "Theta, a day", formatGreek, { className: "dim" }),
  column("vega", "Vega", "Vega, a point of volatility", formatGreek, { className: "dim" }),
];

/** The fields of a quote that the page can show. */
export const FIELDS = COLUMNS.map(({ field }) => field);

/** The columns that a screen of this kind begins with. */
export const usualColumns = isSmall => (isSmall ? ["open_interest", "last"] : ["open_interest", "last", "iv", "volume"]);
