// Three nodes are restarted in turn behind a balancer, under stock clients, a steady feed and clients that arrive.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually, modes, next, socketClients } from './lib/clients.mjs';
import { cluster, haproxy, nginx } from './lib/servers.mjs';

const isFull = process.env.DELTASTREAM_TEST_FULL === 'true';
const crowd = isFull ? 1_000 : 120;
const [drainSeconds, delaySeconds] = isFull ? [5, 3] : [2, 2];
const arrivalsPerSecond = 20;
const io = socketClients['socket.io-client 4.8.4'];

for (const [name, balance] of Object.entries({ HAProxy: haproxy, nginx })) {
  describe(`a rolling restart behind ${name} under ${crowd} clients`, { timeout: 300_000 }, () => {
    let nodes;
    before(async () => (nodes = await cluster({ DRAIN_SECONDS: `${drainSeconds}`, DRAIN_DELAY_SECONDS: `${delaySeconds}` }, balance)));
    after(() => nodes.stop());

    test('no client sees an error, new or old, and each old one comes back, finds its rooms and has the newest values', async () => {
      const symbols = Array.from({ length: 10 }, (_, i) => `R${process.pid}-${i}`);
      let price = 0;
      const publish = async () => {
        price++;
        for (const product of symbols) await nodes.publish('enriched:underlying', { product, price, timestamp: new Date().toISOString() });
      };
      const clients = [];
      for (let i = 0; i < crowd; i++) {
        // One of four only polls: by way of whichever node, so that mostly another one than its own drains under its waiting poll.
        clients.push(client(nodes.url, symbols[i % symbols.length], i % 4 === 3 ? 'polling' : 'websocket'));
        if (i % 50 === 49) await Promise.all(clients.map(({ joined }) => joined));
      }
      await Promise.all(clients.map(({ joined }) => joined));

      let isOpen = true;
      const every = async (milliseconds, action) => {
        for (; isOpen; await new Promise((resolve) => setTimeout(resolve, milliseconds))) await action();
      };
      const arrived = [];
      const market = every(200, publish);
      const arrivals = every(1_000 / arrivalsPerSecond, () => {
        arrived.push(visitor(nodes.url, arrived.length));
      });
      for (let i = 0; i < 3; i++) {
        nodes.nodes[i].terminate();
        assert.equal(await nodes.nodes[i].ended, 0);
        await nodes.restart(i);
        await eventually(() => clients.every(({ socket }) => socket.connected), `all are connected after restart ${i + 1}`);
      }
      isOpen = false;
      await Promise.all([market, arrivals]);

      const waiting = () => arrived.filter(({ isDone }) => !isDone);
      await eventually(() => waiting().length === 0, 'each client that arrived was served').catch(() => {});
      assert.deepEqual([...clients, ...arrived].flatMap(({ errors }) => errors), []);
      assert.deepEqual(waiting().map(({ way, steps }) => [way, ...steps]), []);
      assert.ok(arrived.length > 3 * arrivalsPerSecond * delaySeconds, `only ${arrived.length} have arrived`);

      // Nobody has subscribed again: what comes now comes to rooms that were kept.
      await publish();
      await eventually(() => clients.every(({ prices }) => prices.at(-1) === price), 'each client has the newest value');
      for (const { prices, greetings, troubles } of clients) {
        assert.ok(prices.every((value, n) => n === 0 || value >= prices[n - 1]), `${prices}`);
        assert.ok(greetings.slice(1).every(({ recovered }) => recovered), 'a client was not recognised');
        assert.deepEqual(troubles, []);
      }
      const returns = clients.flatMap(({ greetings }) => greetings.slice(1).map(({ at }) => at)).sort((a, b) => a - b);
      assert.ok(returns.length >= crowd, `${returns.length} reconnects`);
      const worst = Math.max(...returns.map((at, n) => returns.findLastIndex((other) => other < at + 1_000) - n + 1));
      console.log(`${name}: ${arrived.length} arrivals without an error, ${returns.length} reconnects of ${crowd} clients, at most ${worst} in a second (allowed: ${(2 * crowd) / drainSeconds})`);
      if (isFull) assert.ok(worst <= (2 * crowd) / drainSeconds, `${worst} reconnects in one second`);
      for (const { socket } of clients) socket.disconnect();
    });
  });
}

const counted = (socket) => {
  const errors = [];
  socket.on('connect_error', ({ message, description }) => errors.push(`${message} ${description ?? ''}`));
  return { socket, errors };
};

// Connects in one of the three ways, subscribes and leaves.
function visitor(url, n) {
  const [way, transports] = Object.entries(modes)[n % 3];
  const it = { ...counted(io(url, { transports, forceNew: true })), way, steps: [] };
  for (const step of ['connect', 'connected', 'disconnect']) it.socket.on(step, (reason) => it.steps.push(`${step} ${reason?.message ?? reason}`));
  // One that the drain meets before its answer asks again when it is back.
  it.socket.on('connected', () =>
    it.socket.emit('subscribe', { type: 'product', symbol: 'VISITED' }, () => {
      it.isDone = true;
      it.socket.disconnect();
    }));
  return it;
}

function client(url, symbol, transport) {
  const it = { ...counted(io(url, { transports: [transport], forceNew: true })), prices: [], greetings: [], troubles: [] };
  const { socket } = it;
  socket.on('connected', () => it.greetings.push({ at: Date.now(), recovered: socket.recovered }));
  socket.on('underlying_update', ({ product, price }) => product === symbol && it.prices.push(price));
  // A drained client loses its transport, never its namespace: after that it would stay away.
  socket.on('disconnect', (reason) => reason.startsWith('transport') || reason === 'io client disconnect' || it.troubles.push(reason));
  it.joined = (async () => {
    await next(socket, 'connected');
    for (const [event, data] of [['subscribe', { type: 'product', symbol }], ['unsubscribe', { type: 'general' }]])
      await new Promise((resolve) => socket.emit(event, data, resolve));
  })();
  return it;
}
