// Rates, and the second argument of updates.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { kinds } from '../lib/viewers.mjs';
import { chain, expiry, rows, symbol } from './chains.mjs';

const strikes = [100, 101, 102, 103, 104, 105, 106];

export const rates = (market) => describe('rates and meta', () => {
  test('max_rate: the first at once, never more than one a period and one more, the last always', async () => {
    const product = symbol();
    const perSecond = 2;
    const viewers = {
      delta: await (await market.connect()).alone(), full: await (await market.connect()).alone(), price: await (await market.connect()).alone(), witness: await (await market.connect()).alone(),
    };
    await viewers.delta.subscribe({ type: 'chain', symbol: product, expiry, mode: 'delta', max_rate: perSecond });
    await viewers.full.subscribe({ type: 'chain', symbol: product, expiry, strikes: 1, max_rate: perSecond });
    await viewers.price.subscribe({ type: 'product', symbol: product, max_rate: perSecond });
    await viewers.witness.subscribe({ type: 'product', symbol: product, meta: true });
    const count = 60;
    for (let n = 1; n <= count; n++) {
      await market.publishChain(chain(product, { n: `${n}`, calls: rows(strikes, { 103: { last: `${n}` } }) }));
      await market.publishPrice(product, n);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    const ends = {
      delta: await viewers.delta.next('chain_delta', ({ data }) => data.set?.n === count),
      full: await viewers.full.next('chain_update', ({ data }) => data.n === count),
      price: await viewers.price.next('underlying_update', ({ data }) => data.price === count),
    };
    await viewers.witness.next('underlying_update', ({ data }) => data.price === count);
    assert.equal(viewers.witness.of('underlying_update').length, count);
    for (const [name, end] of Object.entries(ends)) {
      const events = viewers[name].heard.filter((event) => /^(chain|underlying)_/.test(event.name));
      const seconds = (end.at - events[0].at) / 1000;
      assert.ok(events.length <= seconds * perSecond + 2, `${name}: ${events.length} in ${seconds} s`);
      assert.ok(events.length >= 3, `${name}: ${events.length}`);
      assert.equal(events.at(-1), end, 'nothing after the last');
      // The first came at once: before the third was published.
      assert.ok([1, 2].includes(events[0].data.price ?? events[0].data.n ?? events[0].data.chain.n), events[0].text);
    }
    const deltas = viewers.delta.of('chain_delta');
    for (let i = 1; i < deltas.length; i++) assert.equal(deltas[i].data.base, deltas[i - 1].data.version);
  });

  test('snapshots do not count', async () => {
    const product = symbol();
    const viewer = await (await market.connect()).alone();
    const room = { type: 'product', symbol: product, max_rate: 0.1 };
    await viewer.subscribe(room);
    await market.publishPrice(product, 1);
    await viewer.next('underlying_update');
    for (let i = 0; i < 3; i++) assert.equal((await viewer.subscribe(room)).events.filter(({ name }) => name === 'underlying_update').length, 1);
  });

  for (const kind of Object.keys(kinds)) {
    test(`meta is a second argument, and a member of delta events (${kind})`, async () => {
      const product = symbol();
      const [viewer, other] = [await market.connect(kind), await market.connect()];
      const room = { type: 'chain', symbol: product, expiry };
      await viewer.subscribe({ rooms: [{ type: 'general', meta: true }, { type: 'product', symbol: product, meta: true }, { ...room, meta: true }] });
      await other.subscribe({ rooms: [{ type: 'product', symbol: product, meta: true }, { ...room, mode: 'delta', meta: true }] });
      const now = Date.now() / 1000;
      await market.publish('enriched:market_status', { market: product, status: 'open' });
      await market.publishPrice(product, 1);
      await market.publishChain(chain(product));
      const price = await viewer.next('underlying_update', ({ data }) => data.product === product);
      const summary = await viewer.next('chain_summary', ({ data }) => data.product === product);
      const update = await viewer.next('chain_update');
      const state = await viewer.next('market_status', ({ data }) => data.market === product);
      for (const { name, meta } of [price, summary, update]) {
        assert.deepEqual(Object.keys(meta), ['version', 'received_at'], name);
        assert.equal(typeof meta.version, 'string');
        assert.ok(Math.abs(meta.received_at - now) < 30, `${name}: ${meta.received_at}`);
      }
      assert.equal(update.text, chain(product), 'the published bytes');
      assert.equal(state.meta?.version, undefined);
      assert.equal((await other.next('underlying_update', ({ data }) => data.product === product)).meta.version, price.meta.version, 'the place in the feed');
      await market.publishPrice(product, 2);
      assert.notEqual((await viewer.next('underlying_update', ({ data }) => data.product === product && data.price === 2)).meta.version, price.meta.version);
      await market.publishChain(chain(product, { note: '1' }));
      for (const name of ['chain_snapshot', 'chain_delta']) {
        const event = await other.next(name);
        assert.ok(Math.abs(event.data.received_at - now) < 30, event.text);
        assert.equal(event.args.length, 1);
      }
      const snapshot = (await viewer.subscribe({ ...room, meta: true })).events.find(({ name }) => name === 'chain_update');
      assert.equal(snapshot.meta.version, (await viewer.next('chain_update', ({ data }) => data.note === 1)).meta.version);
    });
  }
});
