// Views on three nodes: versions are the same on all of them, and a client keeps its view when it comes back, moves, or its token
// covers less.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { eventually } from './lib/clients.mjs';
import { PollingSession, until } from './lib/polling.mjs';
import { cluster, secret, token } from './lib/servers.mjs';
import { Viewer } from './lib/viewers.mjs';
import { Published, Watch } from './lib/watch.mjs';
import { chain, expiry, rows, symbol } from './views/chains.mjs';

const strikes = [100, 101, 102, 103, 104, 105, 106];
const kept = () => new Promise((resolve) => setTimeout(resolve, 300));
// Waits until these nodes have a bridge again.
const live = (nodes) => eventually(async () => (await Promise.all(nodes.map(async ({ url }) => (await (await fetch(`${url}/health`)).json()).feed))).every((feed) => feed === 'live'), 'the feed is live again');
const namesOf = (events) => events.map(({ name }) => name).filter((name) => name.startsWith('chain_'));

describe('views on three nodes', { timeout: 300_000, skip: !!process.env.GATEWAY_URL }, () => {
  let nodes;
  let open = [];
  before(async () => (nodes = await cluster({ AUTH_MODE: 'jwt', AUTH_ALLOW_ANONYMOUS: '', AUTH_JWT_SECRET: secret, BRIDGE_MAX_RATE: '0' })));
  after(() => nodes.stop());
  afterEach(() => {
    for (const viewer of open) viewer.close();
    open = [];
  });

  async function connect(i, kind = 'websocket', claims = {}) {
    const viewer = await Viewer.open(nodes.nodes[i].url, kind, kind === 'ws' ? { token: token(claims) } : { auth: { token: token(claims) } });
    open.push(viewer);
    return viewer;
  }

  // A chain that one client on each node follows, so that every node knows its versions.
  async function followed(view) {
    const product = symbol();
    const published = new Published({ publishChain: (text) => nodes.publish('enriched:option_chain', text) });
    const room = { type: 'chain', symbol: product, expiry, mode: 'delta', ...view };
    const followers = await Promise.all([0, 1, 2].map(async (i) => Watch.open(await (await connect(i, i === 2 ? 'ws' : 'websocket')).alone(), room)));
    const move = async (last, options = {}) => {
      await published.next((n) => chain(product, { n: `${n}`, calls: rows(strikes, { 103: { last: `${last}` } }), ...options }));
      for (const follower of followers.filter(({ isGone }) => !isGone)) await follower.sees(published);
    };
    await move(1);
    return { product, published, room, followers, move };
  }

  test('a document has one version on every node, and a client that has it gets a delta wherever it comes back', async () => {
    for (const view of [{ strikes: 2 }, { preset: 'quote', format: 'compact', window: { percent: 1 } }]) {
      const { published, room, followers, move } = await followed(view);
      const versions = [];
      for (const spot of ['103.2', '103.74', '103.8', '104', '250', '"101"']) {
        await move(spot.length, { spot });
        assert.equal(new Set(followers.map(({ held }) => held.version)).size, 1, followers.map(({ held }) => held.version).join());
        versions.push(followers[0].held.version);
      }
      for (const i of [1, 2]) {
        const back = new Watch(await (await connect(i)).alone(), room);
        back.held.chain = followers[0].held.chain;
        back.held.version = followers[0].held.version;
        assert.deepEqual(namesOf(await back.subscribe()), []);
        await back.viewer.ask('pause');
        await move(`7${i}`);
        await move(`8${i}`);
        const other = new Watch(await (await connect(0)).alone(), room);
        Object.assign(other.held, { chain: back.held.chain, version: back.held.version });
        assert.deepEqual(namesOf(await other.subscribe()), ['chain_delta']);
        other.equals(published);
      }
    }
  });

  test('a client that comes back on another node has its views again, and begins with a snapshot', async () => {
    const { product, published, room, followers, move } = await followed({ strikes: 2 });
    for (const lose of [(viewer) => viewer.socket.io.engine.close(), () => nodes.nodes[0].kill()]) {
      const viewer = await (await connect(0)).alone();
      const watch = await Watch.open(viewer, room);
      await viewer.subscribe({ type: 'product', symbol: product, meta: true, max_rate: 20, status: true });
      await viewer.ask('pause');
      await kept();
      const since = viewer.heard.length;
      viewer.socket.io.uri = nodes.nodes[1].url;
      lose(viewer);
      await viewer.next('connected', () => true, since);
      assert.equal(viewer.socket.recovered, true);
      await viewer.next('chain_snapshot', () => true, since);
      assert.equal(watch.take().history.at(-1), 's');
      watch.equals(published);
      await nodes.publish('enriched:underlying', { product, price: 1 });
      assert.ok((await viewer.next('underlying_update', () => true, since)).meta.version);
      await viewer.next('room_status', ({ data }) => data.status === 'live', since);
      if (nodes.nodes[0].child.signalCode) {
        followers[0].isGone = true;
        await live(nodes.nodes.slice(1));
      }
      await move(viewer.heard.length);
      await watch.sees(published);
      assert.equal(watch.held.history.at(-1), 'd');
      assert.equal(namesOf(viewer.heard.slice(since)).filter((name) => name === 'chain_update').length, 0);
    }
    await nodes.restart(0);
  });

  test('a client whose upgrade lands on another node goes on with deltas from the version that it has, paused or not', async () => {
    for (const isPaused of [false, true]) {
      const { product, move } = await followed({ strikes: 2, preset: 'ltp' });
      const session = await PollingSession.open(nodes.nodes);
      let seen = '';
      const seeing = async (part) => {
        for (const end = Date.now() + 30_000; !seen.includes(part); ) {
          const { status, body } = await session.poll(0);
          assert.ok(status === 200 && Date.now() < end, `no ${part} but ${status} ${body} after ${seen}`);
          seen += body;
        }
      };
      await session.post(0, `40${JSON.stringify({ token: token() })}`);
      await seeing('42["connected"');
      await session.post(0, `421["subscribe",${JSON.stringify({ type: 'chain', symbol: product, expiry, mode: 'delta', strikes: 2, preset: 'ltp' })}]`);
      await session.post(0, '422["unsubscribe",{"type":"general"}]');
      await seeing('432[');
      const version = /"chain_snapshot".*?"version":"([^"]+)"/.exec(seen)[1];
      if (isPaused) {
        await session.post(0, '423["pause"]');
        await seeing('433[');
      }
      const socket = await session.probe(1);
      socket.send('5');
      await move(2);
      await move(3);
      const deltas = () => socket.texts.filter((text) => text.startsWith('42["chain_')).map((text) => JSON.parse(text.slice(2)));
      const ask = async (id, event) => {
        socket.send(`42${id}["${event}"]`);
        await until(() => socket.texts.some((text) => text.startsWith(`43${id}[`)), event);
      };
      if (isPaused) {
        await ask(7, 'get_products');
        assert.deepEqual(deltas(), []);
        await ask(8, 'resume');
      }
      await until(() => deltas().some(([, data]) => data.calls?.update?.[0].last === 3), () => socket.texts.join('\n'));
      assert.ok(deltas().every(([name]) => name === 'chain_delta'), JSON.stringify(deltas()));
      assert.equal(deltas()[0][1].base, version);
      assert.ok(!isPaused || deltas().length === 1);
      socket.close();
    }
  });

  test('a token that covers less ends the rooms that it does not cover, and the others keep their views', async () => {
    const { product, room, followers, move } = await followed({ strikes: 2 });
    const viewer = await connect(0);
    const wide = { type: 'chain', symbol: product, mode: 'delta', preset: 'ltp', status: true };
    await viewer.subscribe({ rooms: [wide, room, { type: 'product', symbol: product, status: true }] });
    const since = viewer.heard.length;
    assert.equal((await viewer.ask('authenticate', { token: token({ rooms: [`chain:${product}:${expiry}`] }) })).status, 'ok');
    await eventually(() => viewer.of('unsubscribed').length === 3, () => viewer.names(since));
    assert.deepEqual(viewer.of('unsubscribed').map(({ data }) => data.room).sort(), [`chain:${product}`, 'general', `product:${product}`]);
    const after = viewer.heard.length;
    await nodes.publish('enriched:underlying', { product, price: 1 });
    await move(2);
    const delta = await viewer.next('chain_delta', () => true, after);
    assert.equal(delta.data.version, followers[0].held.version);
    assert.deepEqual(viewer.heard.slice(after).map(({ name }) => name), ['chain_delta']);
    const refused = await viewer.subscribe({ rooms: [{ type: 'product', symbol: product }, wide, { ...room, have: delta.data.version }] });
    assert.deepEqual(refused.ack.rooms.map(({ status, code }) => code ?? status), ['unauthorized', 'unauthorized', 'ok']);
    assert.deepEqual(namesOf(refused.events), []);
  });

  test('when the publisher is killed, clients of the others go on from the versions that they have', async () => {
    const { published, followers, move } = await followed({ preset: 'quote', strikes: 3 });
    const active = await (async () => {
      for (const [i, { url }] of nodes.nodes.entries()) if ((await (await fetch(`${url}/health`)).json()).bridge === 'active') return i;
    })();
    nodes.nodes[active].kill();
    followers[active].isGone = true;
    await live(nodes.nodes.filter((_, i) => i !== active));
    for (const last of [5, 6, 7]) await move(last);
    for (const follower of followers.filter(({ isGone }) => !isGone)) {
      follower.equals(published);
      assert.match(follower.held.history, /^sd+$/);
    }
  });
});
