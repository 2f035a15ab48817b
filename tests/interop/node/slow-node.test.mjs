// A node that stands still for a while (a long collection, a busy machine, a debugger) keeps the sessions that it holds, though their
// requests come in at other nodes and its cluster misses it.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { answered, PollingSession, request, until } from './lib/polling.mjs';
import { cluster } from './lib/servers.mjs';

// Quick to miss a member, slow to give it up: however busy the machine is, the node goes on before that.
const settings = `akka.cluster {
  retry-unsuccessful-join-after = 1s
  failure-detector.acceptable-heartbeat-pause = 1s
  split-brain-resolver.stable-after = 60s
}`;
const ok = { status: 200, body: 'ok' };
let folder;
let nodes;

const health = async ({ url }) => (await fetch(`${url}/health`)).json();

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deltastream-'));
  await writeFile(join(folder, 'slow.conf'), settings);
  nodes = await cluster({ HOCON_FILE: join(folder, 'slow.conf') });
});
after(async () => {
  nodes?.stop();
  await rm(folder, { recursive: true });
});

test('polls and messages that other nodes get wait for the session’s node while it stands still', { timeout: 120_000 }, async () => {
  const [waiting, asking] = [await PollingSession.connected(nodes.nodes), await PollingSession.connected(nodes.nodes)];
  const [owner, ...others] = nodes.nodes;
  const poll = waiting.poll(1);
  owner.child.kill('SIGSTOP');
  const asked = [asking.post(1, request(1)), asking.poll(2)];
  await until(async () => (await Promise.all(others.map(health))).every((it) => it.unreachable === 1), 'the others miss it');
  // One that is missed already is asked all the same.
  const late = waiting.post(2, request(2));
  owner.child.kill('SIGCONT');

  assert.deepEqual(await asked[0], ok);
  assert.deepEqual((await asked[1]).body.split('\x1e'), answered(1));
  assert.deepEqual(await late, ok);
  assert.deepEqual((await poll).body.split('\x1e'), answered(2));
  await until(async () => (await Promise.all(nodes.nodes.map(health))).every((it) => it.unreachable === 0 && it.members === 3), 'the cluster is whole');
  for (const [session, n] of [[waiting, 3], [asking, 4]]) {
    assert.deepEqual(await session.post(1, request(n)), ok);
    assert.deepEqual(await session.answers(2, 2), answered(n));
  }
});
