// What a view makes of a document, written from the contract alone (docs/protocol.md, "Views"). Documents are those of tokens.mjs.
import { numberOf, textOf } from './tokens.mjs';

const sides = ['calls', 'puts'];
const isRow = (value) => value instanceof Map;
const strikeOf = (row) => (isRow(row) ? numberOf(row.get('strike')) : null);

// Where the window of a chain stands. Every document of the chain moves it.
export class Centre {
  #strike = null;
  #spot = null;

  /** Takes the next document; returns its grid and its centre. */
  next(document) {
    const grid = gridOf(document);
    const spot = spotOf(document) ?? this.#spot;
    this.#spot = spot;
    if (grid.length === 0) return { grid, centre: null };
    if (spot === null) return { grid, centre: grid[(grid.length - 1) >> 1] };
    if (!grid.includes(this.#strike) || isPast(grid, this.#strike, spot)) this.#strike = nearest(grid, spot);
    return { grid, centre: this.#strike };
  }
}

function gridOf(document) {
  const strikes = sides.flatMap((side) => (Array.isArray(document.get(side)) ? document.get(side) : [])).map(strikeOf);
  return [...new Set(strikes.filter((strike) => strike !== null))].sort((a, b) => a - b);
}

function spotOf(document) {
  const spot = document.get('spot_price');
  if (numberOf(spot) !== null) return numberOf(spot);
  const text = textOf(spot);
  return text !== null && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : null;
}

function isPast(grid, centre, spot) {
  const neighbour = grid[grid.indexOf(centre) + (spot > centre ? 1 : -1)];
  return neighbour !== undefined && Math.abs(spot - centre) > Math.abs(neighbour - centre) * 0.75;
}

const nearest = (grid, spot) => grid.reduce((best, strike) => (Math.abs(strike - spot) < Math.abs(best - spot) ? strike : best));

/** Whether a chain has deltas: both sides are arrays of objects whose strikes ascend. */
export const isOrdered = (document) => sides.every((side) => {
  const rows = document.get(side);
  return Array.isArray(rows) && rows.every((row, i) => strikeOf(row) !== null && (i === 0 || strikeOf(row) > strikeOf(rows[i - 1])));
});

// Which strikes a window has.
function within({ atm, percent, between, list } = {}, { grid, centre }) {
  if (atm) {
    const at = grid.indexOf(centre);
    return (strike) => at >= 0 && strike >= grid[Math.max(0, at - atm[0])] && strike <= grid[Math.min(grid.length - 1, at + atm[1])];
  }
  if (percent) {
    const most = (Math.abs(centre) * percent) / 100;
    return (strike) => centre !== null && strike >= centre - most && strike <= centre + most;
  }
  if (between) return (strike) => strike >= between[0] && strike <= between[1];
  if (list) return (strike) => list.includes(strike);
  return () => true;
}

/**
 * The reduced document.
 * @param view the view as granted
 * @param place what `Centre.next` says of this document
 */
export function reduced(document, view, place) {
  if (!view.window && !view.fields && (view.sides ?? 'both') === 'both') return document;
  const fits = within(view.window, place);
  const ordered = isOrdered(document);
  const result = new Map();
  for (const [name, value] of document) {
    if (sides.includes(name)) {
      if ((view.sides ?? 'both') !== 'both' && view.sides !== name) continue;
      result.set(name, Array.isArray(value) ? rowsOf(value, view, fits) : value);
    } else if (name === 'strikes' && Array.isArray(value)) result.set(name, value.filter((strike) => numberOf(strike) !== null && fits(numberOf(strike))));
    else result.set(name, value);
  }
  return Object.assign(result, { ordered });
}

function rowsOf(rows, view, fits) {
  const isIn = (row) => !isRow(row) || (strikeOf(row) === null ? !view.window : fits(strikeOf(row)));
  return rows.filter(isIn).map((row) => (isRow(row) && view.fields ? columnsOf(row, view) : row));
}

function columnsOf(row, { fields, format }) {
  const names = ['strike', ...fields];
  const hasStrike = strikeOf(row) !== null;
  if (format === 'compact') return names.map((name, i) => (i === 0 && !hasStrike ? 'null' : row.get(name) ?? 'null'));
  return new Map(names.filter((name, i) => row.has(name) && (i > 0 || hasStrike)).map((name) => [name, row.get(name)]));
}
