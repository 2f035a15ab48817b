// What views save, in bytes of frames on `/ws`, on a real chain whose quotes move by the recipe. docs/stream.md shows the figures.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Recipe, allFields } from './lib/recipe.mjs';
import { gateway } from './lib/servers.mjs';
import { Viewer } from './lib/viewers.mjs';

const quote = { preset: 'quote' };
const compact = { mode: 'delta', format: 'compact' };
const views = {
  'whole documents': {},
  'rows': { mode: 'delta' },
  'compact, all fields': { ...compact, fields: allFields },
  'compact, quote, 10 strikes': { ...compact, ...quote, strikes: 10 },
  'full, quote, 10 strikes': { ...quote, strikes: 10 },
  'rows, quote, 10 strikes': { mode: 'delta', ...quote, strikes: 10 },
  'compact, ltp, 10 strikes': { ...compact, preset: 'ltp', strikes: 10 },
  'rows, calls': { mode: 'delta', sides: 'calls' },
  'rows, 2 percent': { mode: 'delta', window: { percent: 2 } },
};
// How many times smaller an update is than the whole document, at least.
const least = { 0.05: { 'rows': 45, 'compact, all fields': 72, 'compact, quote, 10 strikes': 150 }, 0.2: { rows: 15 } };
const settings = { BRIDGE_MAX_RATE: '0', LIMIT_MESSAGES_PER_SECOND: '100000', LIMIT_JOINS_PER_SECOND: '100000', LIMIT_SNAPSHOT_BYTES_PER_SECOND: '1000000000' };

describe('the bytes of views', { timeout: 240_000, skip: process.env.GATEWAY_URL && 'they need settings of their own' }, () => {
  let [plain, deflating] = [];
  const open = [];
  let markets = 0;
  before(async () => ([plain, deflating] = await Promise.all([gateway(settings), gateway({ ...settings, WEBSOCKET_DEFLATE: 'on' })])));
  after(() => {
    for (const viewer of open) viewer.close();
    for (const node of [plain, deflating]) node?.stop();
  });

  async function connect(node, room, view) {
    const viewer = await (await Viewer.open(node.url)).alone();
    open.push(viewer);
    await viewer.ask('subscribe', { ...room, ...view });
    return viewer;
  }

  // A client for each view, and what makes the market go on by one tick: it returns the bytes of the event that each got.
  async function market(node, share, of = Object.keys(views)) {
    // The product's name is in every quote, so a market of its own is one of another day.
    const recipe = new Recipe(share, { expiry: `20${30 + ++markets}-03-31` });
    const room = { type: 'chain', symbol: recipe.product, expiry: recipe.expiry };
    const clients = await Promise.all(of.map(async (name) => [name, await connect(node, room, views[name])]));
    const tick = async (text) => {
      const since = clients.map(([, viewer]) => viewer.heard.length);
      const before = clients.map(([, viewer]) => viewer.bytes);
      await node.publish('enriched:option_chain', text);
      await Promise.all(clients.map(([, viewer], i) => viewer.next('chain', () => true, since[i])));
      return clients.map(([name, viewer], i) => [name, viewer.bytes - before[i]]);
    };
    for (const [, viewer] of clients) viewer.next = async (_, __, since) => {
      while (!viewer.heard.slice(since).some(({ name }) => /^chain_(update|snapshot|delta)$/.test(name))) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    await tick(recipe.text);
    return { room, recipe, clients, tick };
  }

  for (const share of [0.05, 0.2]) {
    test(`${100 * share} % of the quotes move at each tick`, async () => {
      const { recipe, tick } = await market(plain, share);
      const ticks = 150;
      const sum = new Map(Object.keys(views).map((name) => [name, 0]));
      for (let i = 0; i < ticks; i++) for (const [name, bytes] of await tick(recipe.next())) sum.set(name, sum.get(name) + bytes);
      const whole = sum.get('whole documents') / ticks;
      for (const [name, bytes] of sum) console.log(`# ${100 * share} %: ${name}: ${Math.round(bytes / ticks)} B, ${(whole / (bytes / ticks)).toFixed(1)} times fewer`);
      for (const [name, times] of Object.entries(least[share])) assert.ok(whole / (sum.get(name) / ticks) >= times, `${name}: ${whole / (sum.get(name) / ticks)}`);
    });
  }

  test('an update is never larger than the snapshot of its view, however much has changed', async () => {
    for (const share of [0.2, 0.6, 1]) {
      const { room, recipe, tick } = await market(plain, share);
      for (let i = 0; i < 4; i++)
        for (const [name, bytes] of await tick(recipe.next())) {
          const fresh = await Viewer.open(plain.url);
          await fresh.alone();
          const { events } = await fresh.subscribe({ ...room, ...views[name], status: true });
          const snapshot = events.find((event) => /^chain_/.test(event.name));
          fresh.close();
          assert.ok(bytes <= Buffer.byteLength(snapshot.text) + `{"event":"${snapshot.name}","data":}`.length, `${name}, ${share}: ${bytes}`);
        }
    }
  });

  test('with permessage-deflate no view costs more than the deflated whole chain', async () => {
    for (const share of [0.05, 0.2, 1]) {
      const { recipe, clients, tick } = await market(deflating, share);
      const read = () => clients.map(([, { socket }]) => socket._socket.bytesRead);
      const before = read();
      const ticks = 40;
      for (let i = 0; i < ticks; i++) await tick(recipe.next());
      const bytes = read().map((it, i) => (it - before[i]) / ticks);
      clients.forEach(([name], i) => console.log(`# deflate, ${100 * share} %: ${name}: ${Math.round(bytes[i])} B`));
      for (const [i, [name]] of clients.entries()) assert.ok(bytes[i] <= bytes[0], `${name}, ${share}: ${bytes[i]} of ${bytes[0]}`);
    }
  });

  test('the screen of a trader: twenty products and a chain', async () => {
    const recipe = new Recipe(0.05, { product: 'SCREEN' });
    const products = Array.from({ length: 20 }, (_, i) => `PRODUCT-${String(i).padStart(2, '0')}`);
    const room = { type: 'chain', symbol: recipe.product, expiry: recipe.expiry };
    const screen = async (chain, product) => {
      const viewer = await (await Viewer.open(plain.url)).alone();
      open.push(viewer);
      await viewer.subscribe({ rooms: [{ ...room, ...chain }, ...products.map((symbol) => ({ type: 'product', symbol, ...product }))] });
      return viewer;
    };
    const price = (product, n) => {
      const text = JSON.stringify({ type: 'UNDERLYING_ENRICHED', product, price: 20_000 + n / 20, timestamp: new Date().toISOString() });
      return `${text.slice(0, -1)},"note":"${'x'.repeat(140 - text.length)}"}`;
    };
    const screens = {
      'whole documents': [await screen({}, {}), 300], 'rows of ten strikes and five columns': [await screen(views['rows, quote, 10 strikes'], {}), 13],
      'compact last prices, products once a second': [await screen(views['compact, ltp, 10 strikes'], { max_rate: 1 }), 6],
    };
    const seconds = 8;
    const sent = new Promise((resolve) => {
      let step = 0;
      const timer = setInterval(async () => {
        const now = ++step;
        if (now > seconds * 10) {
          clearInterval(timer);
          resolve();
          return;
        }
        if (now % 2 === 0) await plain.publish('enriched:option_chain', recipe.next());
        // Every product twice a second, not all at once.
        await Promise.all(products.filter((_, i) => i % 5 === now % 5).map((product) => plain.publish('enriched:underlying', price(product, now))));
      }, 100);
    });
    // The snapshots come with the first values.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const before = Object.values(screens).map(([viewer]) => viewer.bytes);
    const start = Date.now();
    await sent;
    const took = (Date.now() - start) / 1000;
    for (const [i, [name, [viewer, most]]] of Object.entries(screens).entries()) {
      const perSecond = (viewer.bytes - before[i]) / took / 1000;
      console.log(`# screen: ${name}: ${perSecond.toFixed(1)} KB a second`);
      assert.ok(perSecond <= most, `${name}: ${perSecond}`);
    }
  });
});
