// What a subscription with a view is granted, and in which order its answers come.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../lib/clients.mjs';
import { kinds } from '../lib/viewers.mjs';
import { chain, expiry, symbol } from './chains.mjs';

const quoteFields = ['bid', 'ask', 'last', 'volume', 'open_interest'];
const many = (n) => Array.from({ length: n }, (_, i) => `f${i}`);

// The fields of a request, and the view as granted.
const granted = [
  [{ strikes: 1 }, { mode: 'full', window: { atm: [1, 1] } }],
  [{ strikes: 50 }, { mode: 'full', window: { atm: [50, 50] } }],
  [{ window: { atm: 7 } }, { mode: 'full', window: { atm: [7, 7] } }],
  [{ window: { atm: [0, 50] } }, { mode: 'full', window: { atm: [0, 50] } }],
  [{ window: { atm: [3, 0] } }, { mode: 'full', window: { atm: [3, 0] } }],
  [{ window: { percent: 2.5 } }, { mode: 'full', window: { percent: 2.5 } }],
  [{ window: { percent: 100 } }, { mode: 'full', window: { percent: 100 } }],
  [{ window: { between: [100, 100] } }, { mode: 'full', window: { between: [100, 100] } }],
  [{ window: { between: [-1.5, 20000] } }, { mode: 'full', window: { between: [-1.5, 20000] } }],
  [{ window: { list: [103, 101, 103.0, 102.5] } }, { mode: 'full', window: { list: [101, 102.5, 103] } }],
  [{ window: { list: Array.from({ length: 50 }, (_, i) => i) } }, { mode: 'full', window: { list: Array.from({ length: 50 }, (_, i) => i) } }],
  [{ sides: 'calls' }, { mode: 'full', sides: 'calls' }],
  [{ sides: 'puts' }, { mode: 'full', sides: 'puts' }],
  [{ sides: 'both' }, { mode: 'full', sides: 'both' }],
  [{ fields: ['ask', 'bid', '__proto__', 'ü'] }, { mode: 'full', fields: ['ask', 'bid', '__proto__', 'ü'] }],
  [{ fields: many(32) }, { mode: 'full', fields: many(32) }],
  [{ fields: ['x'.repeat(64)] }, { mode: 'full', fields: ['x'.repeat(64)] }],
  [{ preset: 'ltp' }, { mode: 'full', fields: ['last'] }],
  [{ preset: 'quote' }, { mode: 'full', fields: quoteFields }],
  [{ preset: 'greeks' }, { mode: 'full', fields: ['last', 'iv', 'delta', 'gamma', 'theta', 'vega'] }],
  [{ mode: 'full' }, { mode: 'full' }],
  [{ mode: 'delta' }, { mode: 'delta', format: 'rows' }],
  [{ mode: 'delta', format: 'rows' }, { mode: 'delta', format: 'rows' }],
  [{ mode: 'delta', format: 'compact', preset: 'quote' }, { mode: 'delta', format: 'compact', fields: quoteFields }],
  [{ mode: 'delta', format: 'compact', fields: many(30) }, { mode: 'delta', format: 'compact', fields: many(30) }],
  ...[[1000, 20], [20, 20], [19.9, 10], [7, 5], [3, 2], [1, 1], [0.7, 0.5], [0.4, 0.2], [0.1, 0.1]].map(([max_rate, rate]) => [{ max_rate }, { mode: 'full', max_rate: rate }]),
  [{ status: true, meta: true }, { mode: 'full', status: true, meta: true }],
  [{ meta: true, status: true, max_rate: 5, preset: 'ltp', sides: 'puts', strikes: 5, format: 'compact', mode: 'delta', nonsense: { a: 1 } },
    { mode: 'delta', format: 'compact', window: { atm: [5, 5] }, sides: 'puts', fields: ['last'], max_rate: 5, status: true, meta: true }],
  // Null counts as absent.
  [{ strikes: null, window: { atm: 2 }, preset: null, sides: null, mode: null, format: null, max_rate: null, have: null, fields: null, status: null, meta: true }, { mode: 'full', window: { atm: [2, 2] }, meta: true }],
];

// Requests without a view.
const plain = [{}, { status: false }, { meta: false, status: null }, { strikes: null, window: null, mode: null }, { nonsense: 1 }];

export const requests = (market) => describe('requests', () => {
  for (const kind of Object.keys(kinds)) {
    test(`of chains are granted in one form (${kind})`, async () => {
      const viewer = await market.connect(kind);
      // A client may have 32 views, and may change its view of a room as often as it likes.
      const room = { type: 'chain', symbol: symbol(), expiry };
      for (const [fields, view] of kind === 'ws' ? granted : granted.slice(-3)) {
        const { ack, events } = await viewer.subscribe({ ...room, ...fields });
        assert.deepEqual(ack, { status: 'ok', room: `chain:${room.symbol}:${expiry}`, values: 0, view }, JSON.stringify(fields));
        assert.deepEqual(events.find(({ name }) => name === 'subscribed').data.view, view);
        assert.deepEqual(events.at(-1).data, { rooms: [ack.room] });
      }
    });
  }

  test('the view has its members in one order', async () => {
    const viewer = await market.connect();
    const { events } = await viewer.subscribe({ type: 'chain', symbol: symbol(), ...granted.at(-2)[0] });
    assert.match(events.find(({ name }) => name === 'subscribed').text, /"view":\{"mode":"delta","format":"compact","window":\{"atm":\[5,5\]\},"sides":"puts","fields":\["last"\],"max_rate":5,"status":true,"meta":true\}/);
  });

  test('of products and of general take a rate, status and meta', async () => {
    const viewer = await market.connect();
    for (const room of [{ type: 'product', symbol: symbol() }, { type: 'general' }]) {
      const { ack } = await viewer.subscribe({ ...room, max_rate: 3, status: true, meta: true });
      assert.deepEqual(ack.view, { mode: 'full', max_rate: 2, status: true, meta: true });
    }
  });

  test('without view fields have no view and no synced', async () => {
    const [viewer, product] = [await market.connect(), symbol()];
    await market.publishChain(chain(product));
    await eventually(async () => (await viewer.ask('subscribe', { type: 'chain', symbol: product, expiry })).values === 1, 'the chain is known');
    for (const fields of plain) {
      const since = viewer.heard.length;
      const ack = await viewer.ask('subscribe', { type: 'chain', symbol: product, expiry, ...fields });
      assert.deepEqual(ack, { status: 'ok', room: `chain:${product}:${expiry}`, values: 1 });
      const update = await viewer.next('chain_update', () => true, since);
      assert.equal(update.text, chain(product));
      assert.equal(update.args.length, 1);
    }
    await viewer.ask('get_expiries', { symbol: product });
    assert.equal(viewer.of('synced').length, 0);
  });

  test('the answers come in order: subscribed, acknowledgement, snapshots, synced', async () => {
    const [viewer, product] = [await market.connect(), symbol()];
    const watcher = await market.connect();
    await watcher.subscribe({ type: 'chain', symbol: product, mode: 'delta' });
    for (const on of ['2030-01-31', '2029-12-31']) await market.publishChain(chain(product, { on }));
    await watcher.next('chain_snapshot', ({ data }) => data.expiry === '2029-12-31');
    const { ack, events } = await (await viewer.alone()).subscribe({ type: 'chain', symbol: product, mode: 'delta' });
    assert.equal(ack.values, 2);
    assert.deepEqual(events.map(({ name, data }) => (name === 'chain_snapshot' ? data.expiry : name)), ['subscribed', 'ack', '2029-12-31', '2030-01-31', 'synced']);
  });

  test('a view ends with a subscribe without view fields, and unsubscribe ignores them', async () => {
    const [viewer, product] = [await market.connect(), symbol()];
    const room = { type: 'chain', symbol: product, expiry };
    await viewer.subscribe({ ...room, preset: 'ltp', mode: 'delta' });
    assert.equal((await viewer.ask('subscribe', room)).view, undefined);
    await market.publishChain(chain(product));
    assert.equal((await viewer.next('chain_update')).text, chain(product));
    assert.equal(viewer.of('chain_snapshot').length, 0);
    assert.deepEqual(await viewer.ask('unsubscribe', { ...room, strikes: 'wrong', have: 7 }), { status: 'ok', room: `chain:${product}:${expiry}` });
  });
});
