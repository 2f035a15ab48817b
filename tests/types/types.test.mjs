// The types for clients against TypeScript's compiler: what a client writes, and the examples of docs/payloads.md.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { io } from 'socket.io-client';
import { gateway } from '../interop/node/lib/servers.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const types = join(root, 'samples', 'clients', 'deltastream.d.ts');
// One section for each event: its name, its example, and its text with the tables.
const sections = (await readFile(join(root, 'docs', 'payloads.md'), 'utf8')).split('\n## ').slice(1)
  .map((text) => ({ name: text.slice(0, text.indexOf('\n')), example: JSON.parse(/```json\n(.*?)```/s.exec(text)[1]), text }));

// Resolves with what the compiler says; nothing where all is well.
const compiled = (...files) => new Promise((resolve) => {
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--moduleResolution', 'nodenext', '--lib', 'es2022,dom'];
  execFile(process.execPath, [join(here, 'node_modules', 'typescript', 'bin', 'tsc'), ...options, ...files], (error, out) => resolve(error ? out || `${error}` : ''));
});

describe('the types for clients', { timeout: 120_000 }, () => {
  let folder;
  before(async () => (folder = await mkdtemp(join(here, '.examples-'))));
  after(() => rm(folder, { recursive: true }));

  const compiledAs = async (name, of) => {
    const file = join(folder, `${name}.ts`);
    await writeFile(file, `import type { ServerData } from '${types.replace(/\.d\.ts$/, '')}.js';\n${of}\n`);
    return compiled(file);
  };

  test('fit the stock client, and catch mistakes', async () => assert.equal(await compiled(join(here, 'usage.ts')), ''));

  test('fit every example of the documents', async () => {
    const lines = sections.map(({ name, example }, i) => `export const e${i}: ServerData['${name}'] = ${JSON.stringify(example)};`);
    // No event without an example.
    lines.push(`type Shown = ${sections.map(({ name }) => `'${name}'`).join(' | ')};`, 'export const all: Record<Exclude<keyof ServerData, Shown>, never> = {};');
    assert.equal(await compiledAs('examples', lines.join('\n')), '');
  });

  test('fit what a gateway sends', async () => {
    const node = await gateway();
    const socket = io(node.url, { transports: ['websocket'] });
    const heard = new Map();
    const acks = [];
    try {
      socket.onAny((name, data) => heard.set(name, data));
      await new Promise((resolve) => socket.once('connected', resolve));
      const asked = async (event, ...data) => acks.push(await new Promise((resolve) => socket.emit(event, ...data, resolve)));
      await asked('subscribe', { type: 'chain', symbol: 'NIFTY' });
      const example = (name) => sections.find((section) => section.name === name).example;
      for (const [channel, name] of [['underlying', 'underlying_update'], ['option_chain', 'chain_update'], ['market_status', 'market_status']]) {
        const come = new Promise((resolve) => socket.once(name, resolve));
        await node.publish(`enriched:${channel}`, example(name));
        assert.deepEqual(await come, example(name));
      }
      assert.deepEqual(heard.get('chain_summary'), example('chain_summary'));
      await asked('get_products');
      await asked('get_expiries', { symbol: 'NIFTY' });
      await asked('unsubscribe', { type: 'chain', symbol: 'NIFTY' });
      await asked('subscribe', { type: 'product' });
      const view = { type: 'chain', symbol: 'NIFTY', expiry: '2026-11-26', mode: 'delta', preset: 'quote', meta: true, status: true };
      await asked('subscribe', { rooms: [{ ...view, format: 'compact' }, { type: 'product' }], replace: true });
      await new Promise((resolve) => socket.once('synced', resolve));
      const { calls: [call], ...rest } = example('chain_update');
      const delta = new Promise((resolve) => socket.once('chain_delta', resolve));
      await node.publish('enriched:option_chain', { ...rest, calls: [{ ...call, last: 1 }] });
      await delta;
      await asked('pause');
    } finally {
      socket.disconnect();
      node.stop();
    }

    const sent = ['connected', 'subscribed', 'unsubscribed', 'error', 'underlying_update', 'chain_summary', 'chain_update', 'market_status', 'products', 'expiries', 'chain_snapshot', 'chain_delta', 'synced', 'room_status'];
    heard.delete('feed_status');
    assert.deepEqual([...heard.keys()].sort(), sent.toSorted());
    const lines = sent.map((name) => `export const ${name}: ServerData['${name}'] = ${JSON.stringify(heard.get(name))};`);
    lines.push(`import type { SubscribeAck, UnsubscribeAck, ListAck, RoomsAck } from '${types.replace(/\.d\.ts$/, '')}.js';`);
    lines.push(...['SubscribeAck', 'ListAck', 'ListAck', 'UnsubscribeAck', 'SubscribeAck', 'RoomsAck', 'ListAck'].map((type, i) => `export const ack${i}: ${type} = ${JSON.stringify(acks[i])};`));
    assert.equal(await compiledAs('sent', lines.join('\n')), '');
  });

  test('do not fit an example of another event', async () =>
    assert.match(await compiledAs('wrong', `export const e: ServerData['subscribed'] = ${JSON.stringify(sections.find(({ name }) => name === 'products').example)};`), /error TS/));

  test('every field of an example is explained beside it', () => {
    for (const { name, example, text } of sections)
      for (const field of [...Object.keys(example), ...Object.keys(example.calls?.[0] ?? {})])
        assert.ok(text.split('\n').some((line) => line.startsWith('| `') && line.split('|')[1].includes(`\`${field}\``)), `${name}: ${field}`);
  });
});
