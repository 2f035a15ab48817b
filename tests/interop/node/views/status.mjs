// How fresh a room is.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { kinds } from '../lib/viewers.mjs';
import { chain, expiry, symbol } from './chains.mjs';

const near = (a, b, slack = 0.05) => assert.ok(Math.abs(a - b) < slack, `${a} is not ${b}`);

export const status = (market) => describe('room_status', () => {
  for (const kind of Object.keys(kinds)) {
    test(`says when a room is live and when it is quiet (${kind})`, async () => {
      const product = symbol();
      const viewer = await (await market.connect(kind)).alone();
      const room = `chain:${product}:${expiry}`;
      const { events } = await viewer.subscribe({ type: 'chain', symbol: product, expiry, status: true, preset: 'ltp', mode: 'delta' });
      const names = events.map(({ name }) => name);
      assert.ok(names.indexOf('room_status') > names.indexOf('subscribed') && names.indexOf('room_status') < names.indexOf('synced'), names.join());
      assert.deepEqual(events.find(({ name }) => name === 'room_status').data, { room, status: 'quiet', since: null, last_update: null });

      await market.publishChain(chain(product));
      const live = (await viewer.next('room_status', ({ data }) => data.status === 'live')).data;
      assert.deepEqual(Object.keys(live), ['room', 'status', 'since', 'last_update']);
      near(live.since, live.last_update);
      near(live.since, Date.now() / 1000, 20);
      const quiet = (await viewer.next('room_status', ({ data }) => data.status === 'quiet' && data.since !== null)).data;
      near(quiet.since, quiet.last_update + market.quietSeconds);
      near(quiet.last_update, live.last_update, market.quietSeconds);
      assert.ok(Date.now() / 1000 > quiet.since - 1);

      // Who comes now is told what holds, before the snapshot; while paused too.
      const late = await (await market.connect()).alone();
      await late.ask('pause');
      const answer = (await late.subscribe({ type: 'chain', symbol: product, status: true })).events.filter(({ name }) => ['room_status', 'chain_update'].includes(name));
      assert.deepEqual(answer.map(({ name }) => name), ['room_status', 'chain_update']);
      assert.deepEqual([answer[0].data.room, answer[0].data.status], [`chain:${product}`, 'quiet']);
      near(answer[0].data.since, quiet.since);
      const since = late.heard.length;
      await market.publishChain(chain(product, { note: '1' }));
      await viewer.next('room_status', ({ data }) => data.status === 'live' && data.since > quiet.since);
      await late.ask('get_products');
      assert.ok(!late.heard.slice(since).some(({ name }) => name === 'room_status'), 'paused');
      await late.ask('resume');
      const { status, last_update, since: began } = (await late.next('room_status', () => true, since)).data;
      assert.ok(last_update > quiet.last_update);
      // It is what holds when it is sent: live, unless that took so long that the room is quiet again.
      near(began, status === 'live' ? last_update : last_update + market.quietSeconds);
      if (status === 'quiet') assert.ok(Date.now() / 1000 > began - 1, `quiet since ${began}`);
      else assert.equal(status, 'live');
    });
  }

  test('general is live when any product is, and a status ends with its view', async () => {
    const [viewer, product] = [await market.connect(), symbol()];
    await viewer.subscribe({ type: 'general', status: true });
    await market.publishPrice(product, 1);
    await viewer.next('room_status', ({ data }) => data.room === 'general' && data.status === 'live' && data.last_update !== null);
    await viewer.ask('subscribe', { type: 'general' });
    const since = viewer.heard.length;
    const other = await market.connect();
    await other.subscribe({ type: 'general', status: true });
    await other.next('room_status', ({ data }) => data.status === 'quiet', other.heard.length);
    assert.ok(!viewer.heard.slice(since).some(({ name }) => name === 'room_status'));
  });

  // The last test of all: Redis stands still.
  test('a room is down while the feed is not live', async () => {
    const [viewer, product] = [await market.connect(), symbol()];
    await viewer.subscribe({ type: 'product', symbol: product, status: true });
    await market.publishPrice(product, 1);
    const live = (await viewer.next('room_status', ({ data }) => data.status === 'live')).data;
    let down;
    market.redis.kill('SIGSTOP');
    try {
      down = await viewer.next('room_status', ({ data }) => data.status === 'down');
      assert.equal(down.data.last_update, live.last_update);
      assert.ok(down.data.since >= live.since && down.data.since <= Date.now() / 1000 + 1);
    } finally {
      market.redis.kill('SIGCONT');
    }
    await viewer.next('room_status', ({ data }) => data.status !== 'down', viewer.heard.indexOf(down));
  });
});
