// Versions: what they name, and what a client that has one is sent.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Published, Watch } from '../lib/watch.mjs';
import { chain, expiry, rows, symbol } from './chains.mjs';

const strikes = [100, 101, 102, 103, 104, 105, 106];
const kindsOf = (events) => events.map(({ name }) => name).filter((name) => name.startsWith('chain_'));

export const have = (market) => describe('versions', () => {
  // A chain with a view that follows it, so that the node knows its versions.
  async function followed(view) {
    const product = symbol();
    const published = new Published(market);
    const room = { type: 'chain', symbol: product, expiry, mode: 'delta', ...view };
    const follower = await Watch.open(await (await market.connect()).alone(), room);
    const move = async (last, options = {}) => {
      await published.next((n) => chain(product, { n: `${n}`, calls: rows(strikes, { 103: { last: `${last}` } }), ...options }));
      await follower.sees(published);
    };
    await move(1);
    return { product, published, room, follower, move };
  }

  test('a client that has the newest is sent nothing, one that has an older one a single delta', async () => {
    for (const view of [{}, { strikes: 2 }, { strikes: 2, preset: 'quote', format: 'compact' }]) {
      const { published, room, follower, move } = await followed(view);
      const back = await Watch.open(await (await market.connect()).alone(), room);
      const { version } = back.held;
      assert.equal(version, follower.held.version);
      const newest = await back.subscribe();
      assert.deepEqual(newest.map(({ name }) => name), ['subscribed', 'ack', 'synced']);
      assert.equal(newest[0].data.values, 1, 'one that the client has is counted');
      await back.viewer.ask('unsubscribe', room);
      for (const last of [2, 3, 4]) await move(last);
      assert.deepEqual(kindsOf(await back.subscribe()), ['chain_delta']);
      back.equals(published);
      assert.equal(back.held.version, follower.held.version);
    }
  });

  test('a version that is not known, or of another view, gets a snapshot', async () => {
    const { published, room, follower, move } = await followed({ strikes: 2 });
    const { version } = follower.held;
    await move(2);
    for (const have of ['', 'AAAAAAAAAAA', 'x'.repeat(5000), 'ü"\\', [...version].reverse().join(''), `${version.slice(1)}!`, '!'.repeat(version.length)]) {
      const back = new Watch(await (await market.connect()).alone(), room);
      assert.deepEqual(kindsOf(await back.subscribe(have)), ['chain_snapshot'], have);
      back.equals(published);
    }
    for (const view of [{ strikes: 3 }, { strikes: 2, sides: 'calls' }, { strikes: 2, preset: 'ltp' }, { window: { percent: 50 } }]) {
      const { strikes: _, ...others } = room;
      const back = new Watch(await (await market.connect()).alone(), { ...others, ...view });
      assert.deepEqual(kindsOf(await back.subscribe(version)), ['chain_snapshot'], JSON.stringify(view));
      back.equals(published);
    }
  });

  test('a version is of the document and what reduces it: not of the room, the rate, status or meta', async () => {
    const { product, published, room, follower, move } = await followed({ strikes: 2, preset: 'ltp' });
    const { version } = follower.held;
    const { text } = follower.held;
    await move(2);
    const { expiry: _, ...wide } = room;
    for (const [request, versions] of [
      [{ ...room, max_rate: 1, status: true, meta: true }, version],
      [wide, { [expiry]: version }],
      [wide, { '31-Jan-2030': version, '2030-02-28': 'AAAAAAAAAAA', nonsense: 'x' }],
      [wide, { '2030-01-31T00:00:00': version }],
    ]) {
      const viewer = await (await market.connect()).alone();
      const { events } = await viewer.subscribe({ ...request, have: versions });
      const [delta, ...others] = events.filter(({ name }) => name.startsWith('chain_'));
      assert.deepEqual([delta.name, delta.data.base, delta.data.version, others.length], ['chain_delta', version, follower.held.version, 0]);
    }
    const full = new Watch(await (await market.connect()).alone(), { type: 'chain', symbol: product, expiry, strikes: 2, preset: 'ltp', meta: true });
    await full.subscribe();
    full.equals(published);
    const update = full.viewer.of('chain_update')[0];
    assert.equal(update.meta.version, follower.held.version, 'a reduced chain_update has the version of its document');
    assert.notEqual(text, follower.held.text);
  });

  test('a version of the same document with another centre is another one', async () => {
    const { follower, move } = await followed({ strikes: 1, preset: 'ltp' });
    const before = follower.held.version;
    await move(1, { spot: '104' });
    assert.notEqual(follower.held.version, before);
  });

  test('expiries that a client has get deltas, others snapshots', async () => {
    const { room, follower, move, product } = await followed({});
    const { expiry: _, ...wide } = room;
    const { version } = follower.held;
    await move(5);
    const other = await (await market.connect()).alone();
    await other.subscribe(wide);
    await market.publishChain(chain(product, { on: '2030-02-28' }));
    await other.next('chain_snapshot', ({ data }) => data.expiry === '2030-02-28');
    const viewer = await (await market.connect()).alone();
    const { ack, events } = await viewer.subscribe({ ...wide, have: { [expiry]: version } });
    assert.equal(ack.values, 2);
    assert.deepEqual(events.filter(({ name }) => name.startsWith('chain_')).map(({ name, data }) => [name, data.expiry]), [['chain_delta', expiry], ['chain_snapshot', '2030-02-28']]);
  });
});
