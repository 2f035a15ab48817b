// How to apply what a delta view sends. For browsers and for Node; docs/stream.md explains it.

/** What to hold after a `chain_snapshot`. */
export const held = ({ version, fields, chain }) => ({ version, fields, chain });

// begin: apply
/** What to hold after a `chain_delta`, or null if its base is not what was held: then subscribe again with `have`. */
export function apply(held, { base, version, set, unset = [], calls, puts }) {
  if (base !== held?.version) return null;
  // A spread, not an assignment: it keeps a member that is named __proto__.
  const chain = { ...held.chain, ...set };
  for (const name of unset) delete chain[name];
  if (calls) chain.calls = changed(chain.calls, calls, held.fields);
  if (puts) chain.puts = changed(chain.puts, puts, held.fields);
  return { ...held, version, chain };
}

function changed(rows, { update = [], add = [], remove = [] }, fields) {
  const strikeOf = row => (fields ? row[0] : row.strike);
  const byStrike = new Map(rows.map(row => [strikeOf(row), row]));
  for (const strike of remove) byStrike.delete(strike);
  for (const row of add) byStrike.set(strikeOf(row), row);
  for (const change of update) {
    const row = byStrike.get(strikeOf(change));
    byStrike.set(strikeOf(change), fields ? patched(row, change) : { ...row, ...change });
  }
  return [...byStrike.values()].sort((a, b) => strikeOf(a) - strikeOf(b));
}

/** compact: bit i of the mask says that a value for column i + 1 follows. */
function patched(row, [, mask, ...values]) {
  return row.map((old, column) => (column > 0 && (mask >> (column - 1)) & 1 ? values.shift() : old));
}
// end: apply

/** The rows of a side as objects, whatever the format. */
export const rowsOf = ({ fields, chain }, side) =>
  (chain[side] ?? []).map(row => (fields ? Object.fromEntries(fields.map((name, i) => [name, row[i]])) : row));
