// Stock socket.io-client against the conformance host.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { eventually, modes, next, settled, socketClient2, socketClients } from './lib/clients.mjs';
import { conformanceHost } from './lib/servers.mjs';

let host;
before(async () => (host = await conformanceHost()));
after(() => host.stop());

// Most of the time each waits for heartbeats: so all run at once.
describe('stock clients', { concurrency: 6 }, () => {
  for (const [client, io] of Object.entries(socketClients)) {
    for (const [mode, transports] of Object.entries(modes)) {
      describe(`${client}, ${mode}`, { concurrency: 1, timeout: 60_000 }, () => {
        let open = [];
        const connect = (path = '', options = {}) => {
          const socket = io(host.url + path, { transports, forceNew: true, ...options });
          open.push(socket);
          return socket;
        };
        afterEach(() => {
          for (const socket of open) socket.disconnect();
          open = [];
        });

        test('connects with a payload and gets it back', async () => {
          const socket = connect('', { auth: { token: 'ü', n: [1, null] } });
          assert.deepEqual(await next(socket, 'auth'), [{ token: 'ü', n: [1, null] }]);
          assert.ok(socket.id);
          assert.notEqual(socket.id, socket.io.engine.id);
        });

        test('gets arguments of every kind back as they were', async () => {
          const socket = connect();
          const args = [1, 'zwei ✓ "\u2028', null, true, [], { a: { b: [{}] } }, 1.5e-7, ''];
          socket.emit('message', ...args);
          assert.deepEqual(await next(socket, 'message-back'), args);
        });

        test('gets binary arguments back', async () => {
          const socket = connect();
          const args = [Buffer.from([0, 1, 255]), { deep: [Buffer.alloc(50_000, 7)] }, 'text'];
          socket.emit('message', ...args);
          assert.deepEqual(await next(socket, 'message-back'), args);
        });

        test('is acknowledged, with binary too, from id 0 on', async () => {
          const socket = connect();
          assert.deepEqual(await acknowledged(socket, 1, 'a'), [1, 'a']);
          assert.deepEqual(await acknowledged(socket), []);
          assert.deepEqual(await acknowledged(socket, Buffer.from('b')), [Buffer.from('b')]);
        });

        test('joins and leaves a second namespace on one connection', async () => {
          const socket = connect('', { forceNew: false, multiplex: true });
          const custom = socket.io.socket('/custom', { auth: { second: true } });
          assert.deepEqual(await next(custom, 'auth'), [{ second: true }]);
          assert.notEqual(custom.id, socket.id);
          custom.disconnect();
          assert.deepEqual(await acknowledged(socket, 'still there'), ['still there']);
        });

        test('is refused an unknown namespace', async () => {
          const [error] = await next(connect('/random'), 'connect_error');
          assert.equal(error.message, 'Invalid namespace');
        });

        test('gets 300 messages back in order, whatever the transport does meanwhile', async () => {
          const socket = connect();
          const received = [];
          socket.on('message-back', (i) => received.push(i));
          for (let i = 0; i < 300; i++) {
            socket.emit('message', i);
            if (i % 30 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
          }
          await eventually(() => received.length >= 300, '300 messages');
          assert.deepEqual(received, Array.from({ length: 300 }, (_, i) => i));
          await settled(socket.io.engine, mode);
        });

        test('stays connected through heartbeats', async () => {
          const socket = connect();
          let drops = 0;
          socket.on('disconnect', () => drops++);
          await next(socket, 'connect');
          for (let i = 0; i < 2; i++) await next(socket.io, 'ping');
          assert.deepEqual(await acknowledged(socket, 'there'), ['there']);
          assert.equal(drops, 0);
          await settled(socket.io.engine, mode);
        });

        test('comes back after its connection was lost', async () => {
          const socket = connect('', { reconnectionDelay: 10, reconnectionDelayMax: 20 });
          await next(socket, 'connect');
          const id = socket.id;
          socket.io.engine.close();
          await next(socket, 'connect');
          assert.notEqual(socket.id, id);
          assert.deepEqual(await acknowledged(socket, 'back'), ['back']);
        });

        test('disconnects and connects again', async () => {
          const socket = connect();
          await next(socket, 'auth');
          socket.disconnect();
          socket.connect();
          await next(socket, 'auth');
        });
      });
    }
  }
});

test('socket.io-client 2.x is refused with code 5', async () => {
  const socket = socketClient2(host.url, { reconnection: false, transports: ['polling'] });
  const [error] = await next(socket, 'connect_error');
  socket.close();
  assert.equal(error.description, 400);
  const response = await fetch(`${host.url}/socket.io/?EIO=3&transport=polling`);
  assert.deepEqual([response.status, await response.json()], [400, { code: 5, message: 'Unsupported protocol version' }]);
});

function acknowledged(socket, ...args) {
  return new Promise((resolve) => socket.emit('message-with-ack', ...args, (...answer) => resolve(answer)));
}
