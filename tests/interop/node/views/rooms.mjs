// Many rooms in one request, and leaving all others.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../lib/clients.mjs';
import { kinds } from '../lib/viewers.mjs';
import { chain, expiry, symbol } from './chains.mjs';

const product = (name) => ({ type: 'product', symbol: name });

export const rooms = (market) => describe('arrays of rooms', () => {
  for (const kind of Object.keys(kinds)) {
    test(`are answered once, then room by room, then come the snapshots (${kind})`, async () => {
      const [a, b] = [symbol(), symbol()];
      const watcher = await market.connect();
      await market.publishPrice(a, 1);
      await market.publishChain(chain(b));
      await watcher.next('chain_summary', ({ data }) => data.product === b);
      const viewer = await (await market.connect(kind)).alone();
      const { ack, events } = await viewer.subscribe({ rooms: [
        { type: 'chain', symbol: b, preset: 'ltp', mode: 'delta' }, product(a), { ...product(a), expiry }, 7, { type: 'product' }, { ...product(symbol()), max_rate: 0 }, { type: 'chain', symbol: b, expiry, strikes: 1 },
      ] });
      const view = { mode: 'delta', format: 'rows', fields: ['last'] };
      const narrow = { mode: 'full', window: { atm: [1, 1] } };
      assert.equal(ack.status, 'error');
      assert.deepEqual(ack.rooms.map(({ message, ...entry }) => entry), [
        { room: `chain:${b}`, status: 'ok', values: 1, view },
        { room: `product:${a}`, status: 'ok', values: 1 },
        { ...(ack.rooms[2].room ? { room: ack.rooms[2].room } : {}), status: 'error', code: 'invalid_expiry' },
        { status: 'error', code: 'invalid_message' },
        { status: 'error', code: 'missing_field' },
        { room: ack.rooms[5].room, status: 'error', code: 'invalid_view' },
        { room: `chain:${b}:${expiry}`, status: 'ok', values: 1, view: narrow },
      ]);
      assert.match(ack.rooms[5].room, /^product:/);
      assert.equal(ack.left, undefined);
      assert.deepEqual(events.map(({ name }) => name).filter((name) => name !== 'feed_status'),
        ['ack', 'subscribed', 'subscribed', 'error', 'error', 'error', 'error', 'subscribed', 'chain_update', 'underlying_update', ...events.slice(10, -1).map(({ name }) => name), 'synced']);
      assert.ok(events.slice(10, -1).every(({ name }) => name === 'chain_update'), 'the narrower room');
      const errors = events.filter(({ name }) => name === 'error').map(({ data }) => data);
      assert.ok(errors.every(({ event }) => event === 'subscribe'));
      assert.equal(errors[1].room, undefined);
      assert.deepEqual(events.filter(({ name }) => name === 'subscribed').map(({ data }) => data.view), [view, undefined, narrow]);
      assert.deepEqual(events.at(-1).data, { rooms: [`chain:${b}`, `product:${a}`, `chain:${b}:${expiry}`] });

      const since = viewer.heard.length;
      const left = await viewer.ask('unsubscribe', { rooms: [product(a), { type: 'nonsense' }, product('never')] });
      assert.deepEqual(left.rooms.map(({ message, ...entry }) => entry), [{ room: `product:${a}`, status: 'ok' }, { status: 'error', code: left.rooms[1].code }, { room: 'product:never', status: 'ok' }]);
      await eventually(() => viewer.heard.length >= since + 4, 'the answers');
      assert.deepEqual(viewer.heard.slice(since).map(({ name }) => name), ['ack', 'unsubscribed', 'error', 'unsubscribed']);
    });
  }

  test('where every entry is granted the acknowledgement is ok, and where none is there is synced all the same', async () => {
    const viewer = await market.connect();
    assert.equal((await viewer.subscribe({ rooms: [product(symbol())] })).ack.status, 'ok');
    const { ack, events } = await viewer.subscribe({ rooms: [null, []] });
    assert.deepEqual(ack.rooms.map(({ code, room }) => [code, room]), [['invalid_message', undefined], ['invalid_message', undefined]]);
    assert.deepEqual(events.at(-1).data, { rooms: [] });
  });

  test('a room that is named twice has one answer, by its last entry and at its place', async () => {
    const [viewer, a, b] = [await market.connect(), symbol(), symbol()];
    const { ack, events } = await viewer.subscribe({ rooms: [{ ...product(a), max_rate: 5 }, product(b), { ...product(a), max_rate: 1 }] });
    assert.deepEqual(ack.rooms.map(({ room, view }) => [room, view?.max_rate]), [[`product:${b}`, undefined], [`product:${a}`, 1]]);
    assert.equal(events.filter(({ name }) => name === 'subscribed').length, 2);
  });

  test('what is no array of rooms is refused as a whole and changes nothing', async () => {
    const [viewer, a] = [await (await market.connect()).alone(), symbol()];
    await viewer.ask('subscribe', product(a));
    for (const request of [{ rooms: [] }, { rooms: {} }, { rooms: 'general' }, { rooms: 7, replace: true }, { rooms: [product(a)], type: 'product' }, { rooms: Array(201).fill(product(symbol())), replace: true }]) {
      const since = viewer.heard.length;
      const ack = await viewer.ask('subscribe', request);
      assert.deepEqual([ack.status, ack.code, Object.keys(ack)], ['error', 'invalid_message', ['status', 'code', 'message']], JSON.stringify(request).slice(0, 80));
      await eventually(() => viewer.heard.length >= since + 2, 'the error');
      assert.deepEqual(viewer.heard.slice(since).map(({ name }) => name).sort(), ['ack', 'error']);
    }
    await market.publishPrice(a, 5);
    await viewer.next('underlying_update');
    assert.equal((await viewer.subscribe({ rooms: Array.from({ length: 200 }, () => product(symbol())) })).ack.rooms.length, 200);
  });

  test('replace leaves all other rooms but general, before limits are counted', async () => {
    const [a, b, c] = [symbol(), symbol(), symbol()];
    const viewer = await market.connect();
    const most = 300;
    await viewer.subscribe({ rooms: [product(a), product(b)] });
    for (const n of [200, most - 203]) assert.equal((await viewer.subscribe({ rooms: Array.from({ length: n }, () => product(symbol())) })).ack.status, 'ok');
    assert.equal((await viewer.ask('subscribe', product(c))).code, 'too_many_subscriptions');
    const { ack, events } = await viewer.subscribe({ rooms: [product(c), { ...product(b), max_rate: -1 }], replace: true });
    assert.deepEqual(ack.rooms.map(({ room, status }) => [room, status]), [[`product:${c}`, 'ok'], [`product:${b}`, 'error']]);
    assert.equal(ack.left.length, most - 2);
    assert.ok(ack.left.includes(`product:${a}`) && !ack.left.includes(`product:${b}`) && !ack.left.includes('general'));
    assert.deepEqual(events.map(({ name }) => name), ['ack', 'subscribed', 'error', 'synced']);
    const since = viewer.heard.length;
    await viewer.ask('unsubscribe', { type: 'general' });
    for (const name of [a, b, c]) await market.publishPrice(name, 7);
    await viewer.next('underlying_update', ({ data }) => data.product === c, since);
    assert.deepEqual(viewer.heard.slice(since).filter(({ name }) => name === 'underlying_update').map(({ data }) => data.product), [b, c], 'a room that is named stays even if its entry fails');
    assert.deepEqual((await viewer.subscribe({ rooms: [product(c)], replace: true })).ack.left, [`product:${b}`]);
  });

  test('replace sends the snapshot of a wider room before synced', async () => {
    const name = symbol();
    const watcher = await market.connect();
    await market.publishChain(chain(name));
    await watcher.next('chain_summary', ({ data }) => data.product === name);
    const viewer = await (await market.connect()).alone();
    const wide = { type: 'chain', symbol: name, preset: 'ltp', mode: 'delta' };
    await viewer.subscribe({ rooms: [wide, { type: 'chain', symbol: name, expiry, strikes: 1 }] });
    const { ack, events } = await viewer.subscribe({ rooms: [{ ...wide, max_rate: 1 }], replace: true });
    assert.deepEqual(ack.left, [`chain:${name}:${expiry}`]);
    assert.equal(events.at(-1).name, 'synced');
    assert.ok(events.some(({ name: event, data }) => event === 'chain_snapshot' && data.chain.calls.length === 7), viewer.names());
  });
});
