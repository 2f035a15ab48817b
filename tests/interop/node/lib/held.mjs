// What a client of a view holds, token for token, and how an event changes it.
import assert from 'node:assert/strict';
import { canonical, numberOf, textOf } from './tokens.mjs';

export class Held {
  version = null;
  chain = null;
  // How the document came to be: a letter for each event, s for a snapshot, d for a delta, u for a whole document.
  history = '';

  /** Takes one event of this chain. */
  take(name, data) {
    if (name === 'chain_update') [this.chain, this.history] = [data, `${this.history}u`];
    else if (name === 'chain_snapshot') this.#snapshot(data);
    else this.#delta(data);
  }

  get text() {
    return this.chain && canonical(this.chain);
  }

  #snapshot(data) {
    assert.deepEqual([...data.keys()].filter((name) => name !== 'received_at').sort(), ['chain', 'expiry', ...(data.has('fields') ? ['fields'] : []), 'product', 'version']);
    [this.chain, this.version, this.history] = [data.get('chain'), textOf(data.get('version')), `${this.history}s`];
  }

  #delta(data) {
    const known = ['product', 'expiry', 'base', 'version', 'set', 'unset', 'calls', 'puts', 'received_at'];
    assert.deepEqual([...data.keys()].filter((name) => !known.includes(name)), []);
    assert.equal(textOf(data.get('base')), this.version, 'the base of a delta');
    this.version = textOf(data.get('version'));
    this.history += 'd';
    const chain = new Map(this.chain);
    for (const [name, value] of data.get('set') ?? []) {
      assert.ok(name !== 'calls' && name !== 'puts');
      // A value that changed and changed back may be among them.
      chain.set(name, value);
    }
    for (const name of data.get('unset') ?? []) assert.ok(chain.delete(textOf(name)), `${name} was there`);
    for (const side of ['calls', 'puts']) if (data.has(side)) chain.set(side, rowsAfter(chain.get(side), data.get(side)));
    for (const part of ['set', 'unset', 'calls', 'puts']) assert.ok(!data.has(part) || sizeOf(data.get(part)) > 0, `${part} is empty`);
    this.chain = chain;
  }
}

const sizeOf = (value) => value.size ?? value.length;
const strikeOf = (row) => numberOf(Array.isArray(row) ? row[0] : row.get('strike'));

function rowsAfter(rows, changes) {
  assert.deepEqual([...changes.keys()].filter((name) => !['update', 'add', 'remove'].includes(name)), []);
  for (const [name, part] of changes) assert.ok(part.length > 0, `${name} is empty`);
  const byStrike = new Map(rows.map((row) => [strikeOf(row), row]));
  for (const strike of changes.get('remove') ?? []) assert.ok(byStrike.delete(numberOf(strike)), `${strike} was there`);
  for (const row of changes.get('add') ?? []) byStrike.set(strikeOf(row), row);
  for (const change of changes.get('update') ?? []) {
    const row = byStrike.get(strikeOf(change));
    assert.ok(row, `${canonical(change)} has a row`);
    byStrike.set(strikeOf(change), Array.isArray(change) ? patched(row, change) : new Map([...row, ...change]));
  }
  return [...byStrike.keys()].sort((a, b) => a - b).map((strike) => byStrike.get(strike));
}

function patched(row, [strike, mask, ...values]) {
  assert.equal(strike, row[0], 'the text of the strike');
  const result = row.map((old, i) => (i > 0 && (Number(mask) >>> (i - 1)) & 1 ? values.shift() : old));
  assert.deepEqual(values, [], 'as many values as the mask says');
  return result;
}
