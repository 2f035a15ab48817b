// Token for token: random documents, random views, clients that pause, come back and change their view. After each document what a
// client has made of its events equals what the reducer makes of the document.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gateway } from './lib/servers.mjs';
import { kinds, Viewer } from './lib/viewers.mjs';
import { Published, Watch } from './lib/watch.mjs';
import { random, RandomChain } from './views/random-chain.mjs';

const rounds = Number(process.env.VIEW_ROUNDS ?? (process.env.DELTASTREAM_TEST_FULL === 'true' ? 1000 : 60));
const seed = Number(process.env.VIEW_SEED ?? Date.now() % 1_000_000);
const expiry = '2030-01-31';

describe('observed token for token', { timeout: 3_000_000, skip: !!process.env.GATEWAY_URL }, () => {
  let node;
  const open = new Set();
  before(async () => (node = await gateway({ BRIDGE_MAX_RATE: '0', LIMIT_MESSAGES_PER_SECOND: '100000', LIMIT_JOINS_PER_SECOND: '100000', LIMIT_SNAPSHOT_BYTES_PER_SECOND: '100000000' })));
  after(() => {
    for (const viewer of open) viewer.close();
    node.stop();
  });

  test(`every client holds its document after every update (VIEW_SEED=${seed})`, async () => {
    const dice = random(seed);
    const product = `T${seed}`;
    const chain = new RandomChain(product, expiry, dice);
    const published = new Published({ publishChain: (text) => node.publish('enriched:option_chain', text) });
    const viewer = async (kind) => {
      const it = await (await Viewer.open(node.url, kind)).alone();
      open.add(it);
      return it;
    };
    const watches = [];
    for (let i = 0; i < 20; i++) {
      const watch = new Watch(await viewer(Object.keys(kinds)[i < 4 ? i : 0]), { type: 'chain', symbol: product, expiry, ...randomView(dice) });
      await watch.subscribe();
      watches.push(watch);
    }
    for (let round = 1; round <= rounds; round++) {
      const calm = dice.chance(0.2);
      for (let burst = calm ? 1 + dice.below(10) : 1; burst > 0; burst--) await published.next((n) => chain.next(n, calm && n > 1));
      for (const watch of watches) if (!watch.isPaused) await watch.sees(published);
      for (const watch of watches) await act(watch, published, dice, viewer);
    }
    for (const watch of watches) {
      if (watch.isPaused) await watch.viewer.ask('resume');
      await watch.sees(published);
    }
    const events = watches.map(({ held }) => held.history).join('');
    for (const letter of 'sdu') assert.ok(events.includes(letter), events);
    console.log(`# ${rounds} rounds: ${[...'sdu'].map((letter) => `${letter} ${events.split(letter).length - 1}`).join(', ')}`);
  });

  async function act(watch, published, dice, viewer) {
    const roll = dice.next();
    if (roll < 0.06 && !watch.isPaused) {
      await watch.viewer.ask('pause');
      watch.isPaused = true;
    } else if (watch.isPaused && roll < 0.4) {
      await watch.viewer.ask('resume');
      watch.isPaused = false;
      await watch.sees(published);
    } else if (roll < 0.46) {
      // The same view again, or another one.
      if (dice.chance(0.4)) watch.request = { type: 'chain', symbol: watch.request.symbol, expiry, ...randomView(dice) };
      await watch.subscribe();
      await watch.sees(published);
    } else if (roll < 0.52) {
      // Another connection, with what the client holds.
      watch.viewer.close();
      open.delete(watch.viewer);
      const back = new Watch(await viewer('ws'), watch.request);
      if (watch.request.mode === 'delta') back.held = watch.held;
      await back.subscribe();
      Object.assign(watch, { viewer: back.viewer, isPaused: false });
      watch.continueFrom(back);
      await watch.sees(published);
    }
  }
});

function randomView(dice) {
  const windows = [undefined, { atm: [dice.below(4), 1 + dice.below(5)] }, { percent: 1 + dice.below(8) }, { between: [950 + dice.below(50), 1010 + dice.below(100)] }, { list: [900, 1000, 1005, 1010, 1100, 1200] }];
  const view = { mode: dice.chance(0.75) ? 'delta' : 'full', window: dice.of(windows), sides: dice.of([undefined, undefined, 'calls', 'puts', 'both']) };
  if (dice.chance(0.6)) view.fields = ['bid', 'ask', 'last', 'volume', '__proto__', 'ü"', 'none'].filter((_, i) => i === 0 || dice.chance(0.5));
  if (view.fields && view.mode === 'delta' && dice.chance(0.6)) view.format = 'compact';
  if (dice.chance(0.2)) view.max_rate = dice.of([10, 20]);
  if (dice.chance(0.2)) view.meta = true;
  return view;
}
