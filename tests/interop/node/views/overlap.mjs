// A chain that two rooms of a client cover.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chain, expiry, rows, symbol } from './chains.mjs';

const strikes = [100, 101, 102, 103, 104, 105, 106];
const far = '2030-02-28';
const names = (events) => events.filter(({ name }) => name.startsWith('chain_')).map(({ name }) => name);

export const overlap = (market) => describe('two rooms with one chain', () => {
  const publish = (product, n, on = expiry) => market.publishChain(chain(product, { on, n: `${n}`, calls: rows(strikes, { 103: { last: `${n}` } }) }));

  async function both(wide, narrow) {
    const product = symbol();
    const viewer = await (await market.connect()).alone();
    const rooms = { wide: { type: 'chain', symbol: product, ...wide }, narrow: { type: 'chain', symbol: product, expiry, ...narrow } };
    await viewer.ask('subscribe', rooms.wide);
    await publish(product, 1);
    await publish(product, 1, far);
    await viewer.next(wide.mode === 'delta' ? 'chain_snapshot' : 'chain_update', ({ text }) => text.includes(far));
    return { product, viewer, ...rooms };
  }

  test('it is sent in the view of the narrower room, others in that of the wider one', async () => {
    const { product, viewer, narrow } = await both({ mode: 'delta', preset: 'ltp' }, { strikes: 1, meta: true });
    const since = viewer.heard.length;
    await viewer.subscribe(narrow);
    for (const on of [expiry, far]) await publish(product, 2, on);
    const update = await viewer.next('chain_update', ({ data }) => data.n === 2, since);
    const delta = await viewer.next('chain_delta', ({ data }) => data.expiry === far, since);
    assert.deepEqual(update.data.calls.map(({ strike }) => strike), [102, 103, 104]);
    assert.ok(update.meta.version && update.meta.received_at);
    assert.deepEqual(delta.data.calls, { update: [{ strike: 103, last: 2 }] });
    assert.equal(delta.data.received_at, undefined);
    assert.deepEqual(names(viewer.heard.slice(since)), ['chain_update', 'chain_update', 'chain_delta']);
  });

  test('a narrower room without a view gets the published bytes', async () => {
    const { product, viewer, narrow } = await both({ mode: 'delta', strikes: 1 }, {});
    await viewer.ask('subscribe', narrow);
    const since = viewer.heard.length;
    await publish(product, 2);
    const update = await viewer.next('chain_update', ({ data }) => data.n === 2, since);
    assert.equal(update.text, chain(product, { n: '2', calls: rows(strikes, { 103: { last: '2' } }) }));
    assert.deepEqual(names(viewer.heard.slice(since)), ['chain_update']);
  });

  test('a snapshot of the wider room has that chain in the view of the narrower one, and have means its version', async () => {
    const { product, viewer, wide, narrow } = await both({ mode: 'delta', preset: 'ltp' }, { mode: 'delta', strikes: 1 });
    const { events } = await viewer.subscribe(narrow);
    const { version } = events.find(({ name }) => name === 'chain_snapshot').data;
    const again = (await viewer.subscribe(wide)).events.filter(({ name }) => name === 'chain_snapshot');
    assert.deepEqual(again.map(({ data }) => [data.expiry, data.chain.calls.length]), [[expiry, 3], [far, 7]]);
    assert.equal(again[0].data.version, version);
    await publish(product, 2);
    await viewer.next('chain_delta', ({ data }) => data.base === version);
    const { events: had } = await viewer.subscribe({ ...wide, have: { [expiry]: version, [far]: again[1].data.version } });
    assert.deepEqual(had.filter(({ name }) => name.startsWith('chain_')).map(({ name, data }) => [name, data.base]), [['chain_delta', version]]);
  });

  test('when the narrower room is left and the views differ, the snapshot of the wider view follows', async () => {
    const { product, viewer, narrow } = await both({ mode: 'delta', preset: 'ltp' }, { mode: 'delta', strikes: 1 });
    await viewer.subscribe(narrow);
    let since = viewer.heard.length;
    await viewer.ask('unsubscribe', narrow);
    const snapshot = await viewer.next('chain_snapshot', () => true, since);
    assert.deepEqual([snapshot.data.expiry, snapshot.data.chain.calls.length, snapshot.data.chain.calls[0]], [expiry, 7, { strike: 100, last: 1.75 }]);
    await publish(product, 2);
    assert.equal((await viewer.next('chain_delta', () => true, since)).data.base, snapshot.data.version);

    // Paused: on resume.
    await viewer.subscribe(narrow);
    await viewer.ask('pause');
    since = viewer.heard.length;
    await viewer.ask('unsubscribe', narrow);
    await publish(product, 3);
    await viewer.ask('get_products');
    assert.deepEqual(names(viewer.heard.slice(since)), []);
    await viewer.ask('resume');
    assert.equal((await viewer.next('chain_snapshot', () => true, since)).data.chain.calls.length, 7);
  });

  test('when it is left and only rate, status and meta differ, nothing follows', async () => {
    const { product, viewer, narrow } = await both({ mode: 'delta', preset: 'ltp' }, { mode: 'delta', preset: 'ltp', max_rate: 20, meta: true, status: true });
    await viewer.subscribe(narrow);
    const since = viewer.heard.length;
    await viewer.ask('unsubscribe', narrow);
    await publish(product, 2);
    await viewer.next('chain_delta', () => true, since);
    assert.deepEqual(names(viewer.heard.slice(since)), ['chain_delta']);
  });

  test('the rate of general does not slow down a product that the client follows', async () => {
    const product = symbol();
    const viewer = await market.connect();
    await viewer.subscribe({ rooms: [{ type: 'general', max_rate: 0.1 }, { type: 'product', symbol: product, meta: true }] });
    for (let price = 1; price <= 5; price++) {
      await market.publishPrice(product, price);
      await viewer.next('underlying_update', ({ data, meta }) => data.product === product && data.price === price && meta.version);
    }
    assert.equal(viewer.of('underlying_update', ({ data }) => data.product === product).length, 5);
  });
});
