// Stock socket.io-client loses its node: it finds its rooms again on another.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually, next, recorded, socketClients } from './lib/clients.mjs';
import { cluster } from './lib/servers.mjs';

const io = socketClients['socket.io-client 4.8.4'];
const websocket = { transports: ['websocket'], forceNew: true };
let nodes;
let count = 0;
const product = () => `R${process.pid}-${++count}`;
const asked = (socket, event, ...data) => new Promise((resolve) => socket.emit(event, ...data, resolve));
const publish = (symbol, price) => nodes.publish('enriched:underlying', { product: symbol, price, timestamp: new Date().toISOString() });
const pricesOf = (events, symbol) => events.filter(([name, data]) => name === 'underlying_update' && data.product === symbol).map(([, data]) => data.price);
// The key in Redis of the session whose client has this public id.
const keyOf = (id) => nodes.sessions().find(([, session]) => session.includes(`:${id}`))?.[0];
const twoMinutes = 120_000;
// A change is in Redis a moment after it is answered.
const kept = () => new Promise((resolve) => setTimeout(resolve, 300));

describe('state recovery', { timeout: 120_000 }, () => {
  before(async () => (nodes = await cluster()));
  after(() => nodes.stop());

  // Connects to one node, and comes back to another.
  async function lost(lose, options = {}) {
    const [symbol, other] = [product(), product()];
    const socket = io(nodes.nodes[0].url, { ...websocket, ...options });
    const events = recorded(socket);
    await next(socket, 'connected');
    assert.notEqual(socket.recovered, true);
    await asked(socket, 'subscribe', { type: 'product', symbol });
    await asked(socket, 'subscribe', { type: 'chain', symbol: other, expiry: '2030-01-31' });
    await asked(socket, 'unsubscribe', { type: 'general' });
    await publish(symbol, 1);
    await eventually(() => pricesOf(events, symbol).length === 1, 'the first price');
    await kept();
    const before = { id: socket.id, pid: socket._pid, count: events.length };
    socket.io.uri = nodes.nodes[1].url;
    const away = next(socket, 'disconnect');
    await lose(socket);
    await away;
    await publish(symbol, 2);
    const [greeting] = await next(socket, 'connected');
    return { socket, events, symbol, other, greeting, before };
  }

  // After a kill the client can be back before the next bridge is active. Then its snapshot has the first price once more.
  async function finds({ socket, events, symbol, other, greeting, before }, { killed = false } = {}) {
    assert.equal(socket.recovered, true);
    assert.equal(socket._pid, before.pid);
    assert.equal(socket.id, before.id);
    assert.deepEqual([...greeting.rooms].sort(), [`chain:${other}:2030-01-31`, `product:${symbol}`]);
    await eventually(() => pricesOf(events, symbol).at(-1) === 2, 'the snapshot, unasked');
    await publish(symbol, 3);
    await eventually(() => pricesOf(events, symbol).at(-1) === 3, 'and the stream');
    const prices = pricesOf(events, symbol);
    assert.deepEqual(killed && prices[1] === 1 ? prices.slice(1) : prices, [1, 2, 3]);
    assert.ok(!events.slice(before.count).some(([name]) => name === 'subscribed'));
  }

  test('after a broken connection, on another node', async () => {
    const back = await lost((socket) => socket.io.engine.close());
    await finds(back);
    back.socket.disconnect();
  });

  test('a session is claimed once, however many come with its pid', async () => {
    const back = await lost((socket) => socket.io.engine.close());
    await finds(back);
    const late = await Promise.all([1, 2, 0, 2].map(async (i) => {
      const socket = io(nodes.nodes[i].url, websocket);
      socket._pid = back.before.pid;
      const [greeting] = await next(socket, 'connected');
      return { socket, greeting };
    }));
    for (const { socket, greeting } of late) {
      assert.notEqual(socket.recovered, true);
      assert.deepEqual(greeting.rooms, ['general']);
      socket.disconnect();
    }
    // Nor did they take it from the one that has it.
    await publish(back.symbol, 4);
    await eventually(() => pricesOf(back.events, back.symbol).length === 4, 'the next price');
    back.socket.disconnect();
  });

  test('of claims at once one is granted', async () => {
    const back = await lost((socket) => socket.io.engine.close());
    back.socket.io.engine.close();
    back.socket.io.reconnection(false);
    await kept();
    const sockets = await Promise.all([0, 1, 2, 0, 1, 2].map(async (i) => {
      const socket = io(nodes.nodes[i].url, websocket);
      socket._pid = back.before.pid;
      await next(socket, 'connected');
      return socket;
    }));
    assert.equal(sockets.filter((socket) => socket.recovered === true).length, 1);
    for (const socket of sockets) socket.disconnect();
    back.socket.disconnect();
  });

  test('a client that has said goodbye, or has an unknown pid, begins anew', async () => {
    const socket = io(nodes.nodes[0].url, websocket);
    await next(socket, 'connected');
    const pid = socket._pid;
    assert.match(pid, /^[\w-]{24}$/);
    await kept();
    socket.disconnect();
    await kept();
    for (const claim of [pid, 'x'.repeat(24), 'x'.repeat(65), 7, { a: 1 }]) {
      const again = io(nodes.nodes[1].url, websocket);
      again._pid = claim;
      const [greeting] = await next(again, 'connected');
      assert.notEqual(again.recovered, true);
      assert.notEqual(again._pid, claim);
      assert.deepEqual(greeting.rooms, ['general']);
      again.disconnect();
    }
  });

  test('a session is kept for two minutes from its loss: who comes later begins anew', async () => {
    const symbol = product();
    const socket = io(nodes.nodes[0].url, { ...websocket, reconnection: false });
    const events = recorded(socket);
    await next(socket, 'connected');
    await asked(socket, 'subscribe', { type: 'product', symbol });
    await publish(symbol, 1);
    await eventually(() => pricesOf(events, symbol).length === 1, 'the price');
    await eventually(() => keyOf(socket.id), 'the session is in Redis');
    const [{ id, _pid: pid }, key] = [socket, keyOf(socket.id)];
    const closed = Date.now();
    socket.io.engine.close();
    await eventually(() => nodes.asked('GET', key)[0].includes(':l:'), 'the session is known to be lost');
    const ends = Date.now() + Number(nodes.asked('PTTL', key)[0]);
    // A little less, as Redis counts from when it began to work on the command.
    assert.ok(ends > closed + twoMinutes - 100 && ends <= Date.now() + twoMinutes, `${ends - closed} ms`);

    // Its time ends now.
    nodes.asked('PEXPIRE', key, 1);
    await eventually(() => nodes.asked('EXISTS', key)[0] === '0', 'the session is gone');
    events.length = 0;
    socket.io.uri = nodes.nodes[1].url;
    socket.connect();
    const [greeting] = await next(socket, 'connected');
    assert.notEqual(socket.recovered, true);
    assert.notEqual(socket._pid, pid);
    assert.notEqual(socket.id, id);
    assert.deepEqual(greeting.rooms, ['general']);
    // It subscribes as it did the first time, and has the snapshot with the answer; before, it was sent none.
    assert.deepEqual(pricesOf(events, symbol), []);
    assert.equal((await asked(socket, 'subscribe', { type: 'product', symbol })).status, 'ok');
    await eventually(() => pricesOf(events, symbol).length === 1, 'the snapshot');
    socket.disconnect();
  });

  test('with Redis gone a client connects all the same', async () => {
    const socket = io(nodes.nodes[0].url, websocket);
    await next(socket, 'connected');
    nodes.redis.kill('SIGSTOP');
    try {
      socket.io.engine.close();
      const [greeting] = await next(socket, 'connected');
      assert.notEqual(socket.recovered, true);
      assert.deepEqual(greeting.rooms, ['general']);
    } finally {
      nodes.redis.kill('SIGCONT');
      socket.disconnect();
    }
    await nodes.whole();
  });

  test('after SIGKILL of its node', async () => {
    const back = await lost((socket) => {
      const key = keyOf(socket.id);
      nodes.nodes[0].kill();
      // Nobody can write down that it was lost: what it was given while it lived has to be enough.
      assert.ok(Number(nodes.asked('PTTL', key)[0]) >= twoMinutes);
    });
    await finds(back, { killed: true });
    // And once more, right after: the session was claimed on the second, which is gone as well.
    await kept();
    back.socket.io.uri = nodes.nodes[2].url;
    nodes.nodes[1].kill();
    await next(back.socket, 'connected');
    assert.equal(back.socket.recovered, true);
    back.socket.disconnect();
  });
});
