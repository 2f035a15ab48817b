// Clients that pause.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../lib/clients.mjs';
import { kinds } from '../lib/viewers.mjs';
import { chain, expiry, rows, symbol } from './chains.mjs';

const updates = ['underlying_update', 'chain_summary', 'chain_update', 'chain_snapshot', 'chain_delta', 'market_status', 'room_status'];
const strikes = [100, 101, 102, 103, 104, 105, 106];

export const pauses = (market) => describe('pause and resume', () => {
  for (const kind of Object.keys(kinds)) {
    test(`a paused client gets no updates, then one event for each key that changed (${kind})`, async () => {
      const [product, quiet, other] = [symbol(), symbol(), symbol()];
      const [viewer, witness] = [await market.connect(kind), await market.connect()];
      await witness.subscribe({ type: 'chain', symbol: product, mode: 'delta' });
      await market.publishChain(chain(product));
      await market.publishPrice(quiet, 1);
      await witness.next('underlying_update', ({ data }) => data.product === quiet);
      await viewer.subscribe({ type: 'chain', symbol: product, mode: 'delta', strikes: 2 });
      await viewer.ask('subscribe', { type: 'product', symbol: product });
      await viewer.ask('subscribe', { type: 'product', symbol: quiet });
      const since = viewer.heard.length;
      assert.deepEqual(await viewer.ask('pause'), { status: 'ok' });
      assert.deepEqual(await viewer.ask('pause'), { status: 'ok' });
      for (let i = 1; i <= 5; i++) {
        await market.publishChain(chain(product, { calls: rows(strikes, { 103: { last: `${i}` } }) }));
        await market.publishPrice(product, i);
        await market.publish('enriched:market_status', { market: product, status: `s${i}` });
        await market.publishPrice(other, i);
      }
      await witness.next('underlying_update', ({ data }) => data.product === other && data.price === 5);
      // What is asked for while paused comes: the answer, and the snapshots of a subscribe.
      const { events } = await viewer.subscribe({ rooms: [{ type: 'product', symbol: other }] });
      assert.deepEqual(events.filter(({ name }) => updates.includes(name)).map(({ name, data }) => [name, data.price]), [['underlying_update', 5]]);
      await viewer.ask('get_products');
      const paused = viewer.heard.slice(since);
      assert.deepEqual(paused.map(({ name }) => name).filter((name) => updates.includes(name)), ['underlying_update']);
      assert.equal(paused.filter(({ name }) => name === 'products').length, 1);

      const resumed = viewer.heard.length;
      assert.deepEqual(await viewer.ask('resume'), { status: 'ok' });
      assert.deepEqual(await viewer.ask('resume'), { status: 'ok' });
      const isOf = (event) => updates.includes(event.name) && [event.data.product, event.data.market].includes(product);
      const came = () => viewer.heard.slice(resumed).filter(isOf);
      await eventually(() => came().length >= 4, () => viewer.names(resumed));
      await market.publishPrice(product, 99);
      await viewer.next('underlying_update', ({ data }) => data.price === 99, resumed);
      assert.equal(viewer.heard[resumed].name, 'ack', 'the acknowledgement comes first');
      assert.deepEqual(came().map(({ name }) => name).sort(), ['chain_delta', 'chain_summary', 'market_status', 'underlying_update', 'underlying_update']);
      const [delta] = came().filter(({ name }) => name === 'chain_delta');
      assert.deepEqual(delta.data.calls, { update: [{ strike: 103, last: 5 }] });
      assert.equal(delta.data.base, viewer.of('chain_snapshot').at(-1).data.version);
      assert.deepEqual(came().filter(({ name }) => name === 'underlying_update').map(({ data }) => data.price), [5, 99]);
      assert.ok(!viewer.heard.slice(resumed).some((event) => event.name === 'underlying_update' && event.data.product === quiet), 'a key that has not changed');
    });
  }

  test('a chain that is back where it was sends nothing on resume', async () => {
    const [product, viewer] = [symbol(), await market.connect()];
    await viewer.subscribe({ type: 'chain', symbol: product, expiry, mode: 'delta' });
    await market.publishChain(chain(product));
    await viewer.next('chain_snapshot');
    await viewer.ask('pause');
    for (const last of ['2', '1.75']) await market.publishChain(chain(product, { calls: rows(strikes, { 103: { last } }) }));
    await market.publishPrice(product, 1);
    await viewer.ask('resume');
    await viewer.next('underlying_update', ({ data }) => data.product === product);
    await market.publishChain(chain(product, { end: '1' }));
    const delta = await viewer.next('chain_delta');
    assert.deepEqual(delta.data.set, { end: 1 });
    assert.equal(viewer.of('chain_delta').length, 1);
  });

  test('what is published after resume comes as before, and while paused a room can be left', async () => {
    const [product, viewer] = [symbol(), await (await market.connect()).alone()];
    await viewer.ask('subscribe', { type: 'product', symbol: product });
    await viewer.ask('pause');
    await market.publishPrice(product, 1);
    await viewer.ask('unsubscribe', { type: 'product', symbol: product });
    await viewer.ask('resume');
    await viewer.ask('subscribe', { type: 'product', symbol: product });
    await market.publishPrice(product, 2);
    await viewer.next('underlying_update', ({ data }) => data.price === 2);
    assert.ok(viewer.of('underlying_update').length <= 2);
  });
});
