// Stock socket.io-client against a gateway that wants tokens.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { eventually, modes, next, recorded, socketClients } from './lib/clients.mjs';
import { gateway, secret, token } from './lib/servers.mjs';

let node;
before(async () => (node = await gateway({ AUTH_MODE: 'jwt', AUTH_ALLOW_ANONYMOUS: '', AUTH_JWT_SECRET: secret })));
after(() => node.stop());

// Most of the time each waits for a token to expire: so all run at once.
describe('tokens', { concurrency: 6 }, () => {
  for (const [client, io] of Object.entries(socketClients)) {
    for (const [mode, transports] of Object.entries(modes)) {
      describe(`${client}, ${mode}`, { concurrency: 1, timeout: 60_000 }, () => {
        let open = [];
        const connect = (options) => {
          const socket = io(node.url, { transports, forceNew: true, ...options });
          open.push(socket);
          return socket;
        };
        afterEach(() => {
          for (const socket of open) socket.disconnect();
          open = [];
        });

        test('is refused without a good token, and let in when it has one', async () => {
          let brought;
          const socket = connect({ auth: (give) => give({ token: brought }) });
          const [missing] = await next(socket, 'connect_error');
          assert.equal(missing.message, 'A token is needed');
          assert.deepEqual(missing.data, { code: 'unauthorized' });
          brought = token({}, -1);
          socket.connect();
          const [expired] = await next(socket, 'connect_error');
          assert.equal(expired.message, 'The token has expired');
          brought = token({ rooms: ['product:*'] });
          socket.connect();
          assert.deepEqual((await next(socket, 'connected'))[0].rooms, []);
        });

        test('is let in by a header', async () => {
          const socket = connect({ extraHeaders: { Authorization: `Bearer ${token()}` } });
          assert.deepEqual((await next(socket, 'connected'))[0].rooms, ['general']);
        });

        test('renews its token in place, and comes back with a fresh one after the end', async () => {
          let seconds = 4;
          const socket = connect({ auth: (give) => give({ token: token({}, seconds) }), reconnectionDelay: 10, reconnectionDelayMax: 20 });
          const events = recorded(socket);
          const of = (name) => events.filter(([event]) => event === name).map(([, data]) => data);
          await eventually(() => of('token_expiring').length === 1, 'token_expiring');
          assert.deepEqual(await new Promise((resolve) => socket.emit('authenticate', { token: token({}, 3) }, resolve)), { status: 'ok' });
          assert.ok(Math.abs(of('authenticated')[0].expires_at - Date.now() / 1000 - 3) < 2);
          seconds = 600;
          await eventually(() => of('error').length === 1, 'the end');
          assert.equal(of('error')[0].code, 'token_expired');
          await eventually(() => of('connected').length === 2, 'connected again');
        });
      });
    }
  }
});
