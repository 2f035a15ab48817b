// Stock socket.io-client through a balancer that hands each request to the next of three nodes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { eventually, modes, next, recorded, settled, socketClients } from './lib/clients.mjs';
import { cluster } from './lib/servers.mjs';

const sessions = Number(process.env.BALANCER_SESSIONS ?? 200);
const rounds = 30;
let nodes;

const clientsOf = async ({ url }) => (await (await fetch(`${url}/health`)).json()).clients;
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const asked = (socket, event, data) => new Promise((resolve) => socket.emit(event, data, resolve));

// The clients of each node, once they are as wanted.
async function counted(fits, what) {
  let counts;
  await eventually(async () => fits((counts = await Promise.all(nodes.nodes.map(clientsOf)))), what);
  return counts;
}

// A figure that has not moved for a quarter of a second.
async function still(figure) {
  let now = await figure();
  for (let before; `${before}` !== `${now}`; now = await figure()) {
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return now;
}

// What each node has sent to others for sessions: by its own count, and with all else that nodes say, by the kernel's.
const relayedBytes = () => Promise.all(nodes.nodes.map(async ({ url }) =>
  Number(/^deltastream_relayed_bytes_total (\d+)/m.exec(await (await fetch(`${url}/metrics`)).text())[1])));
const bytesBetweenNodes = () => {
  const ports = nodes.clusterPorts.flatMap((port) => [`sport = :${port}`, `dport = :${port}`]).join(' or ');
  const sockets = execFileSync('ss', ['-tinH', `( ${ports} )`], { encoding: 'utf8', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } });
  return [...sockets.matchAll(/bytes_sent:(\d+)/g)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
};

describe('behind a round-robin balancer', { timeout: 240_000 }, () => {
  before(async () => (nodes = await cluster()));
  after(() => nodes.stop());

  for (const [version, mode] of [['4.8.4', 'polling'], ['4.8.4', 'upgrade'], ['4.5.4', 'upgrade']]) {
    test(`${version}, ${mode}: ${sessions} sessions, none breaks, nothing is lost, comes twice or out of order`, async () => {
      const symbol = `B${process.pid}-${version}-${mode}`;
      const troubles = [];
      const clients = [];
      const publish = (price) => nodes.publish('enriched:underlying', { product: symbol, price, timestamp: new Date().toISOString() });
      let price = 0;
      let publishing = true;
      // Updates flow while the clients connect, subscribe and upgrade: a move must lose none of the last ones.
      const producing = (async () => {
        while (publishing) {
          await publish(++price);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      })();
      for (let i = 0; i < sessions; i++) {
        const socket = socketClients[`socket.io-client ${version}`](nodes.url, { transports: modes[mode], forceNew: true });
        for (const trouble of ['connect_error', 'disconnect']) socket.on(trouble, (why, details) => troubles.push(`${i} ${trouble} ${why?.message ?? why} ${why?.context?.status ?? details?.description} ${details?.context?.responseText}`));
        const client = { socket, events: recorded(socket), acks: [] };
        clients.push(client);
        client.joined = (async () => {
          await next(socket, 'connected');
          assert.equal((await asked(socket, 'subscribe', { type: 'product', symbol })).status, 'ok');
          // Many requests at once, over whichever nodes: their answers come in the order of asking.
          await Promise.all(Array.from({ length: 10 }, async (_, n) => {
            const ack = await asked(socket, 'unsubscribe', { type: 'product', symbol: `NEVER-${n}` });
            client.acks.push(ack.room);
          }));
        })();
        if (i % 20 === 19) await Promise.all(clients.map((it) => it.joined));
      }
      await Promise.all(clients.map((it) => it.joined));
      for (const { socket } of clients) await settled(socket.io.engine, mode);
      for (let i = 0; i < rounds; i++) await new Promise((resolve) => setTimeout(resolve, 20));
      publishing = false;
      await producing;
      assert.deepEqual(troubles, []);
      const pricesOf = (events) => events.filter(([name, data]) => name === 'underlying_update' && data.product === symbol).map(([, data]) => data.price);
      for (const { events, acks } of clients) {
        await eventually(() => pricesOf(events).at(-1) === price, 'the last price');
        const prices = pricesOf(events);
        // The answer to `subscribe` repeats the newest value; from there on each comes once, in order.
        const repeats = prices.filter((value, n) => n > 0 && value === prices[n - 1]).length;
        assert.ok(prices.every((value, n) => n === 0 || value >= prices[n - 1]) && repeats <= 1, `${prices}`);
        assert.deepEqual(acks, Array.from({ length: 10 }, (_, n) => `product:NEVER-${n}`));
        assert.equal(events.filter(([name]) => name === 'connected').length, 1);
      }
      await counted((counts) => sum(counts) === sessions, 'each session is counted once');
      for (const { socket } of clients) socket.off('disconnect');
      for (const { socket } of clients) socket.disconnect();
      await counted((counts) => sum(counts) === 0, 'all are gone');
    });
  }

  test('5 s after its upgrade no byte of a session passes through another node', async () => {
    const sockets = Array.from({ length: 45 }, () => socketClients['socket.io-client 4.8.4'](nodes.url, { forceNew: true }));
    await Promise.all(sockets.map((socket) => next(socket, 'connected')));
    for (const { io } of sockets) await settled(io.engine, 'upgrade');
    const upgraded = Date.now();
    // Until it has moved, two of three sessions are where their client is not.
    let relayed = await relayedBytes();
    assert.ok(relayed.every((bytes) => bytes > 0), `${relayed}`);
    relayed = await still(relayedBytes);
    if (process.env.DELTASTREAM_TEST_FULL === 'true') assert.ok(Date.now() - upgraded < 5_000, 'requests are still passed on');

    const [wire, size, count] = [bytesBetweenNodes(), 50_000, 10];
    const ask = (socket) => asked(socket, 'subscribe', { type: 'product', symbol: 'x'.repeat(size) });
    for (let i = 0; i < count; i++) assert.ok((await Promise.all(sockets.map(ask))).every(({ code }) => code === 'invalid_symbol'));
    assert.deepEqual(await relayedBytes(), relayed);
    // What nodes say to each other all the time is there, too: gossip and heartbeats.
    const between = bytesBetweenNodes() - wire;
    assert.ok(between < (sockets.length * count * size) / 20, `${between} bytes between the nodes`);
    for (const socket of sockets) socket.disconnect();
  });

  test('an upgraded session is where its WebSocket is: another node may die; its own clients find their rooms and values on the others', async () => {
    await counted((counts) => counts.every((count) => count === 0), 'nobody is left of the test before');
    const [kept, moved] = [`KEPT-${process.pid}`, `MOVED-${process.pid}`];
    const publish = (product, price) => nodes.publish('enriched:underlying', { product, price, timestamp: new Date().toISOString() });
    const priced = ({ events }, symbol) => events.filter(([name, data]) => name === 'underlying_update' && data.product === symbol).map(([, data]) => data.price);
    // A client may well connect in a whole number of the balancer's turns, so that all upgrades get to one node: requests
    // in between, and as many clients as it takes until the first node holds some and the others do.
    const clients = [];
    let counts;
    do {
      // As a page has it: with the library's own settings.
      const socket = socketClients['socket.io-client 4.8.4'](nodes.url, { forceNew: true });
      const client = { socket, events: recorded(socket), losses: [], greetings: [] };
      socket.on('disconnect', (reason) => client.losses.push(reason));
      socket.on('connected', ({ rooms }) => client.greetings.push({ rooms, recovered: socket.recovered, id: socket.id, at: client.events.length }));
      clients.push(client);
      await next(socket, 'connected');
      await settled(socket.io.engine, 'upgrade');
      for (const symbol of [kept, moved]) assert.equal((await asked(socket, 'subscribe', { type: 'product', symbol })).status, 'ok');
      await asked(socket, 'unsubscribe', { type: 'general' });
      for (let extra = Math.floor(Math.random() * 3); extra > 0; extra--) await fetch(`${nodes.url}/health/live`);
      // No more requests are passed on: the session has moved to where its WebSocket is.
      await still(relayedBytes);
      counts = await counted((each) => sum(each) === clients.length, 'each client is counted once');
    } while (clients.length < 12 || counts[0] < 3 || counts[1] + counts[2] < 3);
    for (const symbol of [kept, moved]) await publish(symbol, 1);
    for (const client of clients) await eventually(() => [kept, moved].every((symbol) => priced(client, symbol).at(-1) === 1), 'the first prices');
    // What each client has and where it is reaches Redis a moment later.
    await eventually(() => {
      const sessions = nodes.sessions().map(([, session]) => session);
      return clients.every(({ socket }) => sessions.some((session) => session.includes(`:${socket.id}\t`) && session.includes(`product:${moved}`)));
    }, 'all is kept');

    nodes.nodes[0].kill();
    await publish(moved, 2);
    const lost = () => clients.filter(({ losses }) => losses.length > 0);
    await eventually(() => lost().length === counts[0] && lost().every(({ greetings }) => greetings.length > 1), 'those of the dead node are back');
    for (const client of lost()) {
      const [first, ...others] = client.greetings;
      assert.ok(client.losses.every((reason) => reason.startsWith('transport')), `${client.losses}`);
      for (const { recovered, id, rooms } of others)
        assert.deepEqual({ recovered, id, rooms: [...rooms].sort() }, { recovered: true, id: first.id, rooms: [`product:${kept}`, `product:${moved}`] });
    }
    // The others are served on: whatever they ask is answered.
    const others = clients.filter(({ losses }) => losses.length === 0);
    for (const { socket } of others) assert.equal((await asked(socket, 'subscribe', { type: 'product', symbol: 'LATER' })).status, 'ok');
    for (const client of clients) await eventually(() => priced(client, moved).at(-1) === 2, 'what was said meanwhile');
    for (const symbol of [kept, moved]) await publish(symbol, 3);
    for (const client of clients) await eventually(() => [kept, moved].every((symbol) => priced(client, symbol).at(-1) === 3), 'the last prices');
    for (const client of lost()) {
      // Nobody had said anything of this one meanwhile: it came as a snapshot, unasked.
      const back = { events: client.events.slice(client.greetings.at(-1).at) };
      assert.deepEqual(priced(back, kept), [1, 3]);
      assert.ok(['2,3', '1,2,3'].includes(`${priced(back, moved)}`), `${priced(back, moved)}`);
      assert.ok(!back.events.some(([name]) => name === 'subscribed'));
    }
    for (const { events } of others) assert.deepEqual(priced({ events }, kept), [1, 3]);
    assert.equal(lost().length, counts[0]);
    for (const { socket } of clients) socket.disconnect();
  });

  test('a session whose node is gone is unknown at once', async () => {
    // 'AAAAAA.' names no member; a dead one is the same to whoever asks.
    const response = await fetch(`${nodes.nodes[1].url}/socket.io/?EIO=4&transport=polling&sid=AAAAAA.${'x'.repeat(24)}`);
    assert.equal(response.status, 400);
    assert.deepEqual(await response.json(), { code: 1, message: 'Session ID unknown' });
  });
});
