// Documents for the tests of views, as texts.
let count = 0;

/** A symbol that no other test uses. */
export const symbol = () => `V${process.pid}-${++count}`;

export const expiry = '2030-01-31';

/** A quote's text. The tokens are those that producers write: `21000.0`, `1e-05`, integers over 2^53. */
export const quote = (strike, fields = {}) => `{${Object.entries({ strike, bid: '1.50', ask: '2.0', last: '1.75', volume: '9007199254740993', iv: '1e-05', symbol: '"ü\\u00fc"', ...fields })
  .filter(([, token]) => token !== undefined).map(([name, token]) => `"${name}":${token}`).join(', ')}}`;

// So much that a delta is always smaller than a snapshot.
export const filler = `"${'x'.repeat(2000)}"`;

/**
 * A chain's text.
 * @param calls the text of that side; null where there is none
 * @param top further top-level members, as tokens
 */
export function chain(product, { on = expiry, spot = '103', strikes = [100, 101, 102, 103, 104, 105, 106], calls, puts, ...top } = {}) {
  const side = (rows) => (rows === undefined ? `[${strikes.map((strike) => quote(strike)).join(', ')}]` : rows);
  const members = { product: JSON.stringify(product), expiry: `"${on}"`, spot_price: spot, ...top, strikes: `[${strikes.join(', ')}]`, calls: side(calls), puts: side(puts), filler };
  return `{${Object.entries(members).filter(([, token]) => token !== null).map(([name, token]) => `"${name}": ${token}`).join(', ')}}`;
}

/** The text of a side: rows in which some quotes differ. */
export const rows = (strikes, changed = {}) => `[${strikes.map((strike) => quote(strike, changed[strike])).join(', ')}]`;
