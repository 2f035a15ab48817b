// docs/stream.md shows how to apply a delta: the code is that of the samples, and it works on what a node sends.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { apply, held } from '../../../samples/clients/javascript/delta.js';
import { eventually, socketClients } from './lib/clients.mjs';
import { gateway } from './lib/servers.mjs';
import { isOrdered } from './lib/reducer.mjs';
import { canonical, parse } from './lib/tokens.mjs';
import { expiry, symbol } from './views/chains.mjs';
import { random, RandomChain } from './views/random-chain.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const read = (path) => readFile(join(root, path), 'utf8');

test('docs/stream.md shows the code of the samples, 20 to 30 lines in each language', async () => {
  const page = await read('docs/stream.md');
  for (const [language, file] of Object.entries({ js: 'javascript/delta.js', python: 'python/delta.py', csharp: 'dotnet/Held.cs' })) {
    const source = /^( *)(?:\/\/|#) begin: apply\n(.*?)^ *(?:\/\/|#) end: apply$/ms.exec(await read(`samples/clients/${file}`));
    const code = source[2].replaceAll(new RegExp(`^${source[1]}`, 'gm'), '').trimEnd();
    const lines = code.split('\n').filter((line) => /\S/.test(line) && !/^\s*(\/\/|#|""")/.test(line)).length;
    assert.ok(lines >= 20 && lines <= 30, `${file} has ${lines} lines`);
    assert.ok(page.includes(`\`\`\`${language}\n${code}\n\`\`\``), `docs/stream.md has not the code of ${file}`);
  }
});

describe('the code for JavaScript', { timeout: 120_000, skip: !!process.env.GATEWAY_URL }, () => {
  let node;
  before(async () => (node = await gateway({ BRIDGE_MAX_RATE: '0' })));
  after(() => node.stop());
  const text = (value) => canonical(parse(JSON.stringify(value)));

  test('gives the document of a stock client, members named __proto__ included', async () => {
    const [product, dice] = [symbol(), random(11)];
    const chain = new RandomChain(product, expiry, dice);
    const views = { rows: {}, columns: { fields: ['bid', '__proto__', 'last'] }, compact: { fields: ['bid', '__proto__', 'last'], format: 'compact' } };
    const mine = {};
    const kinds = [];
    const sockets = await Promise.all(Object.entries(views).map(async ([name, view]) => {
      const socket = socketClients['socket.io-client 4.8.4'](node.url, { transports: ['websocket'], forceNew: true });
      socket.on('chain_snapshot', (snapshot) => kinds.push('s') && (mine[name] = held(snapshot)));
      socket.on('chain_delta', (delta) => kinds.push('d') && (mine[name] = apply(mine[name], delta)));
      await new Promise((resolve) => socket.once('connected', resolve));
      assert.equal((await new Promise((resolve) => socket.emit('subscribe', { type: 'chain', symbol: product, expiry, mode: 'delta', ...view }, resolve))).status, 'ok');
      return socket;
    }));
    for (let n = 1; n <= 60; n++) {
      const published = chain.next(n, n > 1 && n % 3 > 0);
      await node.publish('enriched:option_chain', published);
      await eventually(() => Object.keys(views).every((name) => mine[name]?.chain.n === n), () => `document ${n}: ${JSON.stringify(mine).slice(0, 500)}`);
      // A document that is not in order comes as a snapshot, which is shown as it comes.
      if (!isOrdered(parse(published))) continue;
      const whole = JSON.parse(published);
      const fields = ['strike', 'bid', '__proto__', 'last'];
      const columns = (rows) => rows.map((row) => Object.fromEntries(fields.filter((field) => Object.hasOwn(row, field)).map((field) => [field, row[field]])));
      const filled = (rows) => rows.map((row) => fields.map((field) => (Object.hasOwn(row, field) ? row[field] : null)));
      assert.equal(text(mine.rows.chain), text(whole));
      assert.equal(text(mine.columns.chain), text({ ...whole, calls: columns(whole.calls), puts: columns(whole.puts) }));
      assert.equal(text(mine.compact.chain), text({ ...whole, calls: filled(whole.calls), puts: filled(whole.puts) }));
    }
    assert.ok(kinds.filter((kind) => kind === 'd').length > 60, kinds.join(''));
    for (const socket of sockets) socket.disconnect();
  });
});
