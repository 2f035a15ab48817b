// Stock engine.io-client against the conformance host.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { EngineSocket, eventually, modes, next, settled } from './lib/clients.mjs';
import { conformanceHost } from './lib/servers.mjs';

let host;
before(async () => (host = await conformanceHost()));
after(() => host.stop());

// Most of the time each waits for heartbeats: so all run at once.
describe('a stock client', { concurrency: 3 }, () => {
  for (const [mode, transports] of Object.entries(modes)) {
    describe(`engine.io-client 6.6, ${mode}`, { concurrency: 1, timeout: 60_000 }, () => {
      let socket;
      const connect = () => (socket = new EngineSocket(host.url, { path: '/engine.io/', transports }));
      afterEach(() => socket.close());

      test('gets text and binary back', async () => {
        connect();
        socket.binaryType = 'nodebuffer';
        const received = [];
        socket.on('message', (data) => received.push(data));
        await next(socket, 'open');
        socket.send('hello ✓');
        socket.send(Buffer.from([0, 1, 255]));
        socket.send('');
        await eventually(() => received.length === 3, 'three messages');
        // The client itself makes nothing of an empty text.
        assert.deepEqual(received, ['hello ✓', Buffer.from([0, 1, 255]), undefined]);
      });

      test('gets a message of nearly the largest size back', async () => {
        connect();
        await next(socket, 'open');
        const large = 'x'.repeat(900_000);
        socket.send(large);
        assert.equal((await next(socket, 'message'))[0], large);
      });

      test('loses and reorders nothing while it upgrades', async () => {
        connect();
        const received = [];
        socket.on('message', (data) => received.push(data));
        await next(socket, 'open');
        for (let i = 0; i < 200; i++) {
          socket.send(`${i}`);
          if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        }
        await eventually(() => received.length >= 200, '200 messages');
        assert.deepEqual(received, Array.from({ length: 200 }, (_, i) => `${i}`));
        await settled(socket, mode);
      });

      test('stays open through heartbeats', async () => {
        connect();
        let closed = false;
        socket.on('close', () => (closed = true));
        for (let i = 0; i < 2; i++) await next(socket, 'ping');
        assert.equal(closed, false);
        await settled(socket, mode);
      });

      test('closes', async () => {
        connect();
        await next(socket, 'open');
        await settled(socket, mode);
        socket.close();
        await eventually(() => socket.readyState === 'closed', 'the end');
      });
    });
  }
});

test('a message over the limit closes the websocket', async () => {
  const socket = new EngineSocket(host.url, { path: '/engine.io/', transports: ['websocket'] });
  await next(socket, 'open');
  socket.send('x'.repeat(1_000_001));
  const [reason, details] = await next(socket, 'close');
  assert.equal(reason, 'transport close');
  assert.equal(details.context?.code ?? details.code, 1009);
});
