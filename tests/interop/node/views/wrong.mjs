// Views that are refused.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chain, expiry, symbol } from './chains.mjs';

const names = (n) => Array.from({ length: n }, (_, i) => `f${i}`);

// The field that the message names, and values of it that are wrong.
const bounds = {
  strikes: [0, 51, -1, 1.5, '5', [], true, {}],
  window: [{}, [], 5, 'atm', { atm: 0 }, { atm: [0, 0] }, { atm: 51 }, { atm: [1] }, { atm: [1, 2, 3] }, { atm: [-1, 1] }, { atm: 1.5 }, { atm: '5' }, { percent: 0 }, { percent: -1 }, { percent: 100.1 },
    { percent: '5' }, { between: [2, 1] }, { between: [1] }, { between: ['1', '2'] }, { between: 1 }, { list: [] }, { list: Array(51).fill(0).map((_, i) => i) }, { list: ['a'] }, { list: 100 },
    { atm: 1, percent: 1 }, { everything: true }],
  sides: ['all', 1, ['calls'], true],
  fields: [[], names(33), ['strike'], ['a', 'a'], ['a', 1], ['x'.repeat(65)], 'bid', {}],
  preset: ['everything', 1, ['ltp']],
  mode: ['deltas', 1, true],
  format: ['columns', 1],
  max_rate: [0, 0.09, -1, '5', true, [5]],
  status: [1, 'true', {}],
  meta: [1, 'true', {}],
};
const cases = [
  ...Object.entries(bounds).flatMap(([field, values]) => values.map((value) => [[field], { [field]: value }])),
  [['strikes', 'window'], { strikes: 5, window: { atm: 5 } }],
  [['preset', 'fields'], { preset: 'ltp', fields: ['last'] }],
  [['format'], { format: 'compact', preset: 'ltp' }],
  [['format', 'fields', 'preset'], { mode: 'delta', format: 'compact' }],
  [['fields', 'format'], { mode: 'delta', format: 'compact', fields: names(31) }],
  [['have'], { have: 'AAAA' }],
  [['have'], { mode: 'delta', have: 7 }],
  [['have'], { mode: 'delta', have: { [expiry]: 'AAAA' } }],
];

export const wrong = (market) => describe('views that are wrong', () => {
  test('are refused by the name of the field, and the former subscription stays', async () => {
    const [viewer, product] = [await (await market.connect()).alone(), symbol()];
    const room = { type: 'chain', symbol: product, expiry };
    await viewer.subscribe({ ...room, preset: 'ltp', mode: 'delta' });
    for (const [fields, request] of cases) {
      const since = viewer.heard.length;
      const ack = await viewer.ask('subscribe', { ...room, ...request });
      assert.deepEqual([ack.status, ack.code], ['error', 'invalid_view'], JSON.stringify(request));
      assert.ok(fields.some((field) => new RegExp(`\\b${field}\\b`).test(ack.message)), `${JSON.stringify(request)}: ${ack.message}`);
      assert.deepEqual(Object.keys(ack), ['status', 'code', 'message']);
      const error = await viewer.next('error', () => true, since);
      assert.deepEqual(error.data, { message: ack.message, code: 'invalid_view', event: 'subscribe', room: `chain:${product}:${expiry}` });
    }
    await market.publishChain(chain(product));
    assert.match((await viewer.next('chain_snapshot')).text, /"calls":\[\{"strike":100,"last":1.75\}/);
    assert.equal(viewer.of('chain_update').length, 0);
  });

  test('of a chain with all expiries want versions by expiry', async () => {
    const viewer = await market.connect();
    for (const have of ['AAAA', 7, [], { [expiry]: 7 }])
      assert.equal((await viewer.ask('subscribe', { type: 'chain', symbol: symbol(), mode: 'delta', have })).code, 'invalid_view', JSON.stringify(have));
  });

  test('products and general take no fields of chains', async () => {
    const viewer = await market.connect();
    for (const room of [{ type: 'product', symbol: symbol() }, { type: 'general' }])
      for (const [field, value] of Object.entries({ strikes: 5, window: { atm: 5 }, sides: 'both', fields: ['last'], preset: 'ltp', mode: 'full', format: 'rows', have: 'AAAA' })) {
        const ack = await viewer.ask('subscribe', { ...room, [field]: value, max_rate: 1 });
        assert.equal(ack.code, 'invalid_view', field);
        assert.match(ack.message, new RegExp(`\\b${field}\\b`));
      }
    assert.equal((await viewer.ask('subscribe', { type: 'product', symbol: symbol(), max_rate: 0 })).code, 'invalid_view');
  });

  test('a client has 32 different views; rate, status and meta make no difference', async () => {
    const [viewer, product] = [await market.connect(), symbol()];
    const day = (i) => ({ type: 'chain', symbol: product, expiry: `2030-${`${1 + Math.floor(i / 28)}`.padStart(2, '0')}-${`${1 + (i % 28)}`.padStart(2, '0')}` });
    for (let i = 0; i < 32; i++) assert.equal((await viewer.ask('subscribe', { ...day(i), strikes: i + 1 })).status, 'ok');
    const refused = await viewer.ask('subscribe', { ...day(32), strikes: 33 });
    assert.deepEqual([refused.status, refused.code], ['error', 'too_many_views']);
    assert.match(refused.message, /32/);
    assert.equal((await viewer.ask('subscribe', { ...day(33), strikes: 1, max_rate: 1, meta: true, status: true })).status, 'ok', 'the same view in another room');
    assert.equal((await viewer.ask('subscribe', { ...day(0), strikes: 50 })).code, 'too_many_views', 'the former view is in another room as well');
    assert.equal((await viewer.ask('subscribe', { ...day(1), strikes: 50 })).status, 'ok', 'a view takes the place of the former one');
    await viewer.ask('unsubscribe', day(2));
    assert.equal((await viewer.ask('subscribe', { ...day(32), strikes: 33 })).status, 'ok', 'a view that was left makes room');
  });
});
