// What a view makes of documents: each event, applied, gives the reduced document token for token.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../lib/clients.mjs';
import { canonical, parse } from '../lib/tokens.mjs';
import { kinds } from '../lib/viewers.mjs';
import { Published, Watch } from '../lib/watch.mjs';
import { chain, expiry, filler, quote, rows, symbol } from './chains.mjs';

const shapes = [{}, { strikes: 1 }, { window: { atm: [0, 2] } }, { window: { percent: 2 } }, { window: { between: [101, 103.5] } }, { window: { list: [100, 104, 106, 200] } }, { sides: 'calls' }, { sides: 'puts', strikes: 2 },
  { preset: 'quote' }, { fields: ['volume', 'last', 'none'], strikes: 2 }];
const views = [
  ...shapes.slice(1).map((shape) => ({ ...shape })),
  ...shapes.map((shape) => ({ ...shape, mode: 'delta' })),
  ...shapes.filter(({ fields, preset }) => fields || preset).map((shape) => ({ ...shape, mode: 'delta', format: 'compact' })),
];

const strikes = [100, 101, 102, 103, 104, 105, 106];
const few = { calls: rows(strikes.slice(1, 5), { 102: { last: '1.80' } }), puts: rows(strikes.slice(0, 3)) };

// The documents after the first, which is in order.
const steps = {
  'a quote changes': { calls: rows(strikes, { 103: { last: '1.76' } }) },
  'numbers change their text alone': { calls: rows(strikes, { 103: { last: '1.750', volume: '9007199254740992' } }), note: '1e3' },
  'a number of many digits': { calls: rows(strikes, { 104: { last: '123456789012345678901234567890.10', iv: '0.1E-7' } }) },
  'nulls': { calls: rows(strikes, { 104: { last: 'null', bid: 'null' } }), note: 'null' },
  'a field goes': { calls: rows(strikes, { 103: { last: undefined, iv: undefined } }) },
  'fields come back, and new ones': { calls: rows(strikes, { 103: { last: '1', more: '[1, {"a": 2.0}]' } }) },
  'strikes go': { ...few, strikes: [100, 101, 102, 103, 104] },
  'strikes come': { strikes: [99, 100, 101, 102, 103, 104, 105, 106, 107] },
  'one side has other strikes': { calls: rows([98, ...strikes]), puts: rows([101, 102.5, 104]) },
  'a strike changes its text': { calls: rows(['100.0', '101', '102e0', '103.00', '104', '105', '106']) },
  'an empty side': { calls: '[]' },
  'members of every kind': { note: '"\\u00fc\\"\\\\"', nested: '{"a": [1.0, null, {"b": "x"}], "calls": 1}', ['__proto__']: '{"polluted": 1.50}', flag: 'true' },
  'members go': {},
  'members named like parts of a delta': { set: '{"x": 1}', unset: '["a"]', version: '"v"', base: 'null', add: '1' },
  'the spot moves a little': { spot: '103.74' },
  'the spot passes the middle by more than a quarter': { spot: '103.76' },
  'it goes back a little': { spot: '103.30' },
  'it jumps over strikes': { spot: '105.4' },
  'it leaves the grid': { spot: '250' },
  'the centre is no longer in the grid': { strikes: [100, 101, 102, 103] },
  'the spot is a text': { spot: '"101.0"' },
  'the spot is missing': { spot: null },
  'the spot is null': { spot: 'null' },
  'the spot is no number': { spot: '"soon"' },
  'a row without a strike': { calls: `[${quote(100)}, {"last": 5.0}, ${quote('"103"')}, ${quote('null')}, ${quote(104)}]` },
  'in order again': {},
  'doubled strikes': { calls: rows([100, 101, 103, '103.0', 104]) },
  'descending strikes': { puts: rows([106, 105, 103, 102]) },
  'a side that is absent': { calls: null },
  'a side that is null': { puts: 'null' },
  'a side that is a text': { puts: '"none"' },
  'a side with what is no object': { calls: `[1, ${quote(103)}, null, "x", [2.0], ${quote(101)}]` },
  'strikes that are no numbers': { strikes: [100, 101, '"102"', 103, 'null'], calls: rows(strikes), puts: rows(strikes) },
  'in order once more': { spot: '102.9' },
};

export const documents = (market) => describe('documents', () => {
  for (const kind of Object.keys(kinds)) {
    test(`are what the view makes of them (${kind})`, async () => {
      const product = symbol();
      const room = { type: 'chain', symbol: product, expiry };
      const published = new Published(market);
      const watches = await Promise.all((kind === 'ws' ? views : views.slice(-3)).map(async (view) => Watch.open(await (await market.connect(kind)).alone(), { ...room, ...view })));
      const text = (step) => (n) => {
        const { n: _, ...rest } = step;
        return chain(product, { n: `${n}`, ...rest });
      };
      await published.next(text({}));
      for (const watch of watches) await watch.sees(published);
      for (const [name, step] of Object.entries(steps)) {
        await published.next(text(step));
        for (const watch of watches) await watch.sees(published).catch((error) => assert.fail(`${name}: ${error.message.replaceAll(/x{100,}/g, 'x…')}`));
      }
      // What comes now is the same.
      for (const { request } of watches) await (await Watch.open(await (await market.connect(kind)).alone(), request)).sees(published);
      // Deltas where there can be some, snapshots elsewhere: the first, and to and from what is not in order.
      for (const { held, view } of watches.filter(({ view: { mode } }) => mode === 'delta')) assert.match(held.history, /^sd+s+d/, JSON.stringify(view));
    });
  }

  test('a delta says what changed and nothing else', async () => {
    const product = symbol();
    const room = { type: 'chain', symbol: product, expiry, preset: 'ltp', strikes: 1, mode: 'delta' };
    const [asRows, compact] = [await (await market.connect()).alone(), await (await market.connect()).alone()];
    await asRows.subscribe(room);
    await compact.subscribe({ ...room, format: 'compact' });
    await market.publishChain(chain(product, { note: '1.0', gone: '2' }));
    const first = [await asRows.next('chain_snapshot'), await compact.next('chain_snapshot')];
    const side = '[{"strike":102,"last":1.75},{"strike":103,"last":1.75},{"strike":104,"last":1.75}]';
    const document = `{"product":"${product}","expiry":"${expiry}","spot_price":103,"note":1.0,"gone":2,"strikes":[102,103,104],"calls":${side},"puts":${side},"filler":${filler}}`;
    assert.equal(canonical(first[0].tokens), canonical(parse(`{"product":"${product}","expiry":"${expiry}","version":"${first[0].data.version}","chain":${document}}`)));
    assert.match(first[0].text, /\{"strike": ?103, ?"last": ?1.75\}/, 'the strike comes first');
    assert.deepEqual(first[1].data.fields, ['strike', 'last']);
    assert.deepEqual(first[1].data.chain.puts, [[102, 1.75], [103, 1.75], [104, 1.75]]);
    const step = async (options) => {
      const since = [asRows.heard.length, compact.heard.length];
      await market.publishChain(chain(product, options));
      const events = [await asRows.next('chain_delta', () => true, since[0]), await compact.next('chain_delta', () => true, since[1])];
      return events.map(({ data: { product: p, expiry: e, base, version, ...parts } }) => {
        assert.deepEqual([p, e, typeof base, typeof version], [product, expiry, 'string', 'string']);
        assert.notEqual(base, version);
        return parts;
      });
    };
    const strike = { 103: { last: '1.80', bid: '7' } };
    assert.deepEqual(await step({ note: '1.00', calls: rows(strikes, strike), gone: null }), [
      { set: { note: 1 }, unset: ['gone'], calls: { update: [{ strike: 103, last: 1.8 }] } },
      { set: { note: 1 }, unset: ['gone'], calls: { update: [[103, 1, 1.8]] } },
    ]);
    assert.deepEqual(await step({ note: '1.00', calls: rows(strikes, strike), spot: '104' }), [
      { set: { spot_price: 104, strikes: [103, 104, 105] }, calls: { add: [{ strike: 105, last: 1.75 }], remove: [102] }, puts: { add: [{ strike: 105, last: 1.75 }], remove: [102] } },
      { set: { spot_price: 104, strikes: [103, 104, 105] }, calls: { add: [[105, 1.75]], remove: [102] }, puts: { add: [[105, 1.75]], remove: [102] } },
    ]);
    assert.deepEqual(await step({ note: '1.00', calls: rows(strikes, { 103: { last: undefined }, 104: { last: '9' } }), spot: '104' }), [
      { calls: { update: [{ strike: 104, last: 9 }], add: [{ strike: 103 }] } },
      { calls: { update: [[103, 1, null], [104, 1, 9]] } },
    ]);
  });

  test('an update that changes nothing in the view sends nothing in mode delta, and everything in mode full', async () => {
    const product = symbol();
    const room = { type: 'chain', symbol: product, expiry, window: { list: [100] }, fields: ['last'] };
    const [delta, full] = [await (await market.connect()).alone(), await (await market.connect()).alone()];
    await delta.subscribe({ ...room, mode: 'delta' });
    await full.subscribe(room);
    const lasts = ['1', '2', '3', '4'];
    for (const last of lasts) {
      await market.publishChain(chain(product, { calls: rows(strikes, { 103: { last } }) }));
      // One by one, so that none is superseded.
      await eventually(() => full.of('chain_update').length === Number(last), `update ${last}`);
    }
    await market.publishChain(chain(product, { end: '1' }));
    const end = await delta.next('chain_delta', ({ data }) => data.set?.end === 1);
    assert.deepEqual(delta.of('chain_delta'), [end]);
    assert.equal(end.data.calls, undefined);
    await full.next('chain_update', ({ data }) => data.end === 1);
    assert.equal(full.of('chain_update').length, 5);
  });
});
