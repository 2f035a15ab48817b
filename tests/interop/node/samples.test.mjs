// The sample clients, as they stand in samples/clients, against a live node: what they print is what was published, also after a lost
// connection and a lost delta.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from './lib/clients.mjs';
import { FrameProxy } from './lib/frame-proxy.mjs';
import { gateway } from './lib/servers.mjs';
import { expiry, symbol } from './views/chains.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const samples = join(here, '../../../samples/clients');
const configuration = process.env.DELTASTREAM_CONFIGURATION ?? 'Debug';

// Python's client leaves its former HTTP session open when it comes back, and asyncio says so.
const unclosed = /^(Unclosed c|client_session: |connector: |connections: ).*\n/gm;

describe('the sample clients', { timeout: 240_000, skip: process.env.GATEWAY_URL && 'they restart the node' }, () => {
  let [node, proxy, folder] = [];
  const children = [];

  before(async () => {
    node = await gateway();
    proxy = await FrameProxy.before(node.url);
    // Beside them the stock client, as `npm install` would put it.
    folder = await mkdtemp(join(tmpdir(), 'deltastream-samples-'));
    await cp(join(samples, 'javascript'), folder, { recursive: true });
    await mkdir(join(folder, 'node_modules'));
    await symlink(await realpath(join(here, 'node_modules', 'socket.io-client-4.8')), join(folder, 'node_modules', 'socket.io-client'));
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    proxy.stop();
    node.stop();
    await rm(folder, { recursive: true });
  });

  const languages = {
    Node: (what, ...args) => [process.execPath, join(folder, `${what}.js`), ...args],
    Python: (what, ...args) => ['/usr/bin/python3', join(samples, 'python', `${what}.py`), ...args],
    '.NET': (what, ...args) => ['dotnet', join(samples, 'dotnet', 'bin', configuration, 'net10.0', 'DeltaStream.SampleClients.dll'), what, ...args],
  };

  function run([command, ...args]) {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } });
    children.push(child);
    const run = { text: '', errors: '' };
    child.stdout.on('data', (data) => (run.text += data));
    child.stderr.on('data', (data) => (run.errors += data));
    return run;
  }

  // The last table that was printed: how it came, and its cells as numbers.
  function table({ text }) {
    const [title, ...lines] = text.slice(0, text.lastIndexOf('\n\n')).split('\n\n').at(-1).split('\n');
    return { title: title.replace(/ \(.*/, ''), how: /\((.*)\)/.exec(title)?.[1], rows: lines.map((line) => line.split(' ').map((cell) => (cell === '-' ? null : Number(cell)))) };
  }

  test('show the chain, in every language and every view, after a lost connection and a lost delta as well', async () => {
    const product = symbol();
    const strikes = Array.from({ length: 31 }, (_, i) => 20_000 + 50 * i);
    const market = { spot: 20_700, last: new Map(strikes.map((strike) => [strike, strike / 100])), without: new Set([20_650]) };
    const isIn = (kind) => (strike) => kind === 'full' || Math.abs(strikes.indexOf(strike) - Math.round((market.spot - 20_000) / 50)) <= 5;
    const wanted = (kind) => strikes.filter(isIn(kind)).map((strike) => [strike, market.last.get(strike), market.without.has(strike) ? null : market.last.get(strike) + 1]);
    const publish = () => node.publish('enriched:option_chain', {
      product, expiry, spot_price: market.spot, ['__proto__']: { kept: market.spot }, strikes,
      calls: strikes.map((strike) => ({ strike, last: market.last.get(strike) })), puts: strikes.map((strike) => ({ strike, ...(market.without.has(strike) ? {} : { last: market.last.get(strike) + 1 }) })),
    });
    const clients = Object.entries(languages).flatMap(([language, command]) =>
      ['full', 'rows', 'compact'].map((kind) => ({ name: `${language}, ${kind}`, kind, run: run(command('chain', proxy.url, product, expiry, kind)) })));
    const show = async (when, again = publish) => {
      await again();
      for (const { name, kind, run } of clients)
        await eventually(() => {
          const { title, rows } = table(run);
          return title === `${product} ${expiry} spot ${market.spot}` && JSON.stringify(rows) === JSON.stringify(wanted(kind));
        }, () => `${name} ${when}: ${JSON.stringify(wanted(kind))}; it shows ${run.text.slice(-1000)} ${run.errors}`);
    };
    const subscribed = () => proxy.sent.filter((text) => text.includes('"subscribe"') && text.includes(product)).length;
    await eventually(() => subscribed() === clients.length, () => `all are there: ${clients.map(({ run }) => run.errors).join('\n')}`);
    await show('at first');
    market.last.set(20_700, 1.5).set(20_750, 2);
    market.without = new Set([20_750]);
    await show('after quotes have changed');
    market.spot = 20_810;
    await show('after the window has moved');
    for (const { kind, run } of clients) assert.equal(table(run).how, { full: 'full' }[kind] ?? 'delta');

    // All lose their connection; what is published meanwhile they get when they are back.
    proxy.sent.length = 0;
    proxy.cut();
    market.last.set(20_800, 3.25);
    await show('after a lost connection');
    const requests = proxy.sent.filter((text) => text.includes('"have":"'));
    await eventually(() => proxy.sent.filter((text) => text.includes('"have":"')).length >= clients.filter(({ kind }) => kind !== 'full').length, () => `each tells what it has: ${requests.join('\n')}`);

    // One loses a delta: it sees that by the next one's base, and asks again with what it has.
    proxy.sent.length = 0;
    const lost = proxy.drop('"chain_delta"');
    market.last.set(20_850, 4);
    await publish();
    await lost;
    market.last.set(20_850, 5);
    await show('after a lost delta');
    assert.equal(proxy.sent.filter((text) => text.includes('"have":"')).length, 1);
    for (const { name, run } of clients) assert.equal(run.errors.replace(unclosed, ''), '', name);
  });

  test('show prices, in every language, and when they have gone quiet', async () => {
    const [a, b] = [symbol(), symbol()];
    const tickers = Object.entries(languages).flatMap(([name, command]) => [[name, run(command('ticker', proxy.url, a, b))], [`${name}, all`, run(command('ticker', proxy.url))]]);
    let price = 1;
    for (const back of [false, true]) {
      if (back) proxy.cut();
      // Published until it has come: a client is in its rooms a moment after it has connected.
      price++;
      await eventually(async () => {
        for (const product of [a, b]) await node.publish('enriched:underlying', { product, price });
        return tickers.every(([, { text }]) => text.includes(`${a} ${price}\n`) && text.includes(`${b} ${price}\n`));
      }, () => tickers.map(([name, { text, errors }]) => `${name}: ${text.slice(-200)} ${errors}`).join('\n'));
    }
    for (const [name, { text }] of tickers) assert.match(text, name.endsWith('all') ? /general (live|quiet)/ : new RegExp(`product:${a} (live|quiet)`), name);
  });
});
