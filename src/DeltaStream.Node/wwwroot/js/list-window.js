// Which rows of a long list are in view. Only those are drawn, so that a list of thousands costs no more than one of twenty.

/** A row's height and the least width of a column, as in prices.css. */
export const ROW_HEIGHT = 56;
const COLUMN_WIDTH = 340;

// Rows beyond the edges that are drawn too, so that a quick scroll and the Tab key find them there.
const SPARE = 8;

export const columnsIn = width => Math.max(1, Math.floor(width / COLUMN_WIDTH));

/** The part [from, to) of `count` items in view, where the list is seen from `top` to `bottom` (px from its own top). */
export function inView(count, columns, top, bottom) {
  const from = Math.max(0, Math.floor(top / ROW_HEIGHT) - SPARE) * columns;
  const to = (Math.ceil(Math.max(0, bottom) / ROW_HEIGHT) + SPARE) * columns;
  return { from: Math.min(from, count), to: Math.min(to, count) };
}
