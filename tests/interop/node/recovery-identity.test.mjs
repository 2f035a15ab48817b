// A lost session belongs to who had it: a pid alone, stolen or guessed, is worth nothing to somebody else.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { next, socketClients } from './lib/clients.mjs';
import { cluster, secret, token } from './lib/servers.mjs';

const io = socketClients['socket.io-client 4.8.4'];
let nodes;

const connect = (node, claims, pid) => {
  const socket = io(nodes.nodes[node].url, { transports: ['websocket'], forceNew: true, reconnection: false, auth: { token: token(claims) } });
  if (pid) socket._pid = pid;
  return socket;
};

describe('state recovery with tokens', { timeout: 120_000 }, () => {
  before(async () => (nodes = await cluster({ AUTH_MODE: 'jwt', AUTH_ALLOW_ANONYMOUS: '', AUTH_JWT_SECRET: secret })));
  after(() => nodes.stop());

  // Subscribes to two rooms as `ann`, and loses its connection.
  async function lost() {
    const socket = connect(0, { sub: 'ann' });
    await next(socket, 'connected');
    for (const symbol of ['NIFTY', 'SENSEX']) await new Promise((resolve) => socket.emit('subscribe', { type: 'product', symbol }, resolve));
    // A change is in Redis a moment after it is answered.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const pid = socket._pid;
    socket.io.engine.close();
    return pid;
  }

  test('somebody else is not given it, and takes it from nobody', async () => {
    const pid = await lost();
    const thief = connect(1, { sub: 'eve' }, pid);
    const [stolen] = await next(thief, 'connected');
    assert.notEqual(thief.recovered, true);
    assert.deepEqual(stolen.rooms, ['general']);

    const owner = connect(2, { sub: 'ann' }, pid);
    const [found] = await next(owner, 'connected');
    assert.equal(owner.recovered, true);
    assert.deepEqual([...found.rooms].sort(), ['general', 'product:NIFTY', 'product:SENSEX']);
    for (const socket of [thief, owner]) socket.disconnect();
  });

  test('it is checked anew: rooms that the token of today does not cover are not joined', async () => {
    const pid = await lost();
    const owner = connect(1, { sub: 'ann', rooms: ['product:NIFTY'] }, pid);
    const [found] = await next(owner, 'connected');
    assert.equal(owner.recovered, true);
    assert.deepEqual(found.rooms, ['product:NIFTY']);
    owner.disconnect();
  });

  test('without a good token there is no session at all', async () => {
    const pid = await lost();
    const late = connect(1, { sub: 'ann', exp: 1 }, pid);
    const [error] = await next(late, 'connect_error');
    assert.equal(error.data.code, 'unauthorized');
    late.disconnect();
  });
});
