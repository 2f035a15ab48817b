// The snippets of README and docs, as they stand there, in the stock client: they find their rooms again after a restart of the
// node of which nothing is recovered.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually, socketClients } from './lib/clients.mjs';
import { gateway } from './lib/servers.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const address = 'http://localhost:8002';

async function snippets() {
  const found = [];
  for (const page of ['README.md', 'docs/protocol.md'])
    for (const [, code] of (await readFile(join(root, page), 'utf8')).matchAll(/```js\n(.*?)```/gs))
      if (code.includes(`io("${address}")`)) found.push([page, code]);
  return found;
}

// Runs a snippet against a node; returns what it prints. Its imports are the two names that it is given.
function run(code, io, url) {
  const printed = [];
  let socket;
  const body = code.replace(/^import .*$/gm, '').replaceAll(address, url);
  new Function('io', 'console', body)((...args) => (socket = io(...args)), { log: (...args) => printed.push(args.map(String).join(' ')) });
  return { printed, socket };
}

describe('the snippets of the documents', { timeout: 120_000, skip: process.env.GATEWAY_URL && 'they restart the node' }, () => {
  let node;
  before(async () => (node = await gateway()));
  after(() => node.stop());

  test('get a chain before and after a restart of the node', async () => {
    const io = socketClients['socket.io-client 4.8.4'];
    const clients = (await snippets()).map(([page, code]) => [page, run(code, io, node.url)]);
    assert.deepEqual(clients.map(([page]) => page), ['README.md', 'docs/protocol.md']);
    const chain = (n) => node.publish('enriched:option_chain', { product: 'NIFTY', expiry: '2026-11-26', spot_price: n, calls: Array(n).fill({ strike: 1 }), puts: [] });
    // Published until it has come: a room is joined a moment after the connection.
    const come = (n, when) => eventually(async () => {
      await chain(n);
      return clients.every(([, { printed }]) => printed.includes(`NIFTY 2026-11-26 ${n}`));
    }, `chain ${n} ${when}: ${JSON.stringify(clients.map(([page, { printed }]) => [page, printed]))}`);

    await come(1, 'before the restart');
    await node.restart();
    await come(2, 'after the restart');
    for (const [page, { socket }] of clients) {
      assert.equal(socket.recovered, false, page);
      socket.disconnect();
    }
  });
});
