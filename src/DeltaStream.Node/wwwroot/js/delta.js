// A chain that is kept up to date by deltas: a snapshot, then what changed. The result is the document that the view would be sent
// as a whole: `chain`, whose rows are arrays in the order of `fields` where the view is compact.

/** @returns {{version: string, fields: string[] | null, chain: object}} the copy that a chain_snapshot begins */
export const fromSnapshot = ({ version, fields, chain }) => ({ version, fields: fields ?? null, chain });

/** The copy after a chain_delta; null if the delta does not begin at this copy's version. The former copy stays as it was. */
export function applyDelta(copy, delta) {
  if (copy === null || delta.base !== copy.version) return null;
  const chain = { ...copy.chain };
  for (const name of delta.unset ?? []) delete chain[name];
  for (const [name, value] of Object.entries(delta.set ?? {})) put(chain, name, value);
  for (const side of ["calls", "puts"]) {
    if (delta[side]) chain[side] = applyToRows(chain[side] ?? [], delta[side], copy.fields !== null);
  }
  return { ...copy, version: delta.version, chain };
}

function applyToRows(rows, { update = [], add = [], remove = [] }, isCompact) {
  const strikeOf = row => (isCompact ? row[0] : row.strike);
  const byStrike = new Map(rows.map(row => [strikeOf(row), row]));
  for (const strike of remove) byStrike.delete(strike);
  for (const row of add) byStrike.set(strikeOf(row), row);
  for (const part of update) {
    const strike = strikeOf(part), row = byStrike.get(strike);
    byStrike.set(strike, isCompact ? withValues(row, part) : withMembers(row, part));
  }
  return [...byStrike.values()].sort((a, b) => strikeOf(a) - strikeOf(b));
}

function withMembers(row, part) {
  const changed = { ...row };
  for (const [name, value] of Object.entries(part)) put(changed, name, value);
  return changed;
}

/** Takes `[strike, mask, value, …]`: bit i of the mask says that the value of field i + 1 follows. */
function withValues(row, [, mask, ...values]) {
  const changed = [...row];
  for (let field = 1, next = 0; mask >= 2 ** (field - 1); field++) {
    if (mask & (1 << (field - 1))) changed[field] = values[next++];
  }
  return changed;
}

/** Sets an own member, also one named `__proto__`. */
function put(object, name, value) {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/** The chain with rows as objects, whatever the view's format. What is no row stays as it was published. */
export function asDocument({ fields, chain }) {
  if (fields === null) return chain;
  const document = { ...chain };
  for (const side of ["calls", "puts"]) {
    if (Array.isArray(chain[side])) {
      document[side] = chain[side].map(row => (Array.isArray(row) ? Object.fromEntries(fields.map((name, index) => [name, row[index]])) : row));
    }
  }
  return document;
}
