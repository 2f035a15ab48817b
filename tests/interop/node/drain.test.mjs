// A node that is asked to stop says so before it closes anybody's transport: whoever asks, or is closed and asks, finds it not ready.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventually, modes, next, settled, socketClients, WebSocket } from './lib/clients.mjs';
import { gateway } from './lib/servers.mjs';

const io = socketClients['socket.io-client 4.8.4'];
const each = 10;
let node;

// Null once nobody listens any more.
async function readiness() {
  try {
    const answer = await fetch(`${node.url}/health/ready`);
    return { isReady: answer.ok, status: answer.status, checks: (await answer.json()).checks };
  } catch {
    return null;
  }
}

describe('a node that is asked to stop', { timeout: 120_000, skip: !!process.env.GATEWAY_URL }, () => {
  before(async () => (node = await gateway({ DRAIN_SECONDS: '3' })));
  after(() => node.stop());

  test('is not ready first, and then closes the transports of all kinds of clients', async () => {
    // Each client that loses its transport asks at once whether its node is ready.
    const losses = [];
    const lost = async (kind, reason) => {
      const loss = { kind, reason };
      losses.push(loss);
      loss.readiness = await readiness();
      loss.isAnswered = true;
    };
    for (const [mode, transports] of Object.entries(modes))
      for (let i = 0; i < each; i++) {
        const socket = io(node.url, { transports, forceNew: true, reconnection: false });
        socket.on('disconnect', (reason) => lost(mode, reason));
        await next(socket, 'connected');
        await settled(socket.io.engine, mode);
      }
    for (let i = 0; i < each; i++) {
      const socket = new WebSocket(`${node.url.replace('http', 'ws')}/ws`);
      await new Promise((resolve) => socket.once('message', resolve));
      socket.on('close', (code) => lost('plain', code));
    }
    const crowd = each * (Object.keys(modes).length + 1);
    assert.ok((await readiness()).isReady);
    assert.deepEqual(losses, []);

    node.terminate();
    let first;
    await eventually(async () => {
      const lostBefore = losses.length;
      first = await readiness();
      assert.ok(!first?.isReady || lostBefore === 0, 'a transport was closed while the node was ready');
      return !first?.isReady;
    }, 'the node is not ready');
    assert.equal(first.status, 503);
    assert.deepEqual(first.checks, { member: true, not_draining: false });
    assert.ok(losses.length < crowd, 'nobody is left to be closed later');

    await eventually(() => losses.length === crowd && losses.every(({ isAnswered }) => isAnswered), 'all are closed');
    for (const { kind, reason, readiness: then } of losses) {
      assert.ok(!then?.isReady, `${kind} was closed by a node that is ready: ${JSON.stringify(then)}`);
      // Its transport, not its namespace: after that a stock client would stay away. A poll that waits is refused.
      assert.equal(reason, { plain: 1012, polling: 'transport error' }[kind] ?? 'transport close');
    }
    assert.equal(await node.ended, 0);
  });
});
