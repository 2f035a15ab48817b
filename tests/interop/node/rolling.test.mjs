// Three nodes are restarted in turn under stock clients and a steady feed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually, next, socketClients } from './lib/clients.mjs';
import { cluster } from './lib/servers.mjs';

const isFull = process.env.DELTASTREAM_TEST_FULL === 'true';
const crowd = isFull ? 1_000 : 120;
const drainSeconds = isFull ? 5 : 2;
const io = socketClients['socket.io-client 4.8.4'];
let nodes;

describe(`a rolling restart under ${crowd} clients`, { timeout: 300_000 }, () => {
  before(async () => (nodes = await cluster({ DRAIN_SECONDS: `${drainSeconds}` })));
  after(() => nodes.stop());

  test('every client comes back by itself, finds its rooms and has the newest values', async () => {
    const symbols = Array.from({ length: 10 }, (_, i) => `R${process.pid}-${i}`);
    let price = 0;
    const publish = async () => {
      price++;
      for (const product of symbols) await nodes.publish('enriched:underlying', { product, price, timestamp: new Date().toISOString() });
    };
    const clients = [];
    for (let i = 0; i < crowd; i++) {
      // One of four only polls: by way of whichever node, so that mostly another one than its own drains under its waiting poll.
      clients.push(client(symbols[i % symbols.length], i % 4 === 3 ? 'polling' : 'websocket'));
      if (i % 50 === 49) await Promise.all(clients.map(({ joined }) => joined));
    }
    await Promise.all(clients.map(({ joined }) => joined));

    let isOpen = true;
    const market = (async () => {
      while (isOpen) {
        await publish();
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    })();
    for (let i = 0; i < 3; i++) {
      nodes.nodes[i].terminate();
      assert.equal(await nodes.nodes[i].ended, 0);
      await nodes.restart(i);
      await eventually(() => clients.every(({ socket }) => socket.connected), `all are connected after restart ${i + 1}`);
    }
    isOpen = false;
    await market;

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
    console.log(`${returns.length} reconnects of ${crowd} clients, at most ${worst} in a second (allowed: ${(2 * crowd) / drainSeconds})`);
    if (isFull) assert.ok(worst <= (2 * crowd) / drainSeconds, `${worst} reconnects in one second`);
    for (const { socket } of clients) socket.disconnect();
  });

  function client(symbol, transport) {
    const socket = io(nodes.url, { transports: [transport], forceNew: true });
    const it = { socket, prices: [], greetings: [], troubles: [] };
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
});
