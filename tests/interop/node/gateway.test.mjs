// Stock socket.io-client against the gateway itself, on a real redis-server.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { eventually, modes, next, recorded, settled, socketClients } from './lib/clients.mjs';
import { gateway } from './lib/servers.mjs';

let node;
before(async () => (node = await gateway()));
after(() => node.stop());

let count = 0;
const underlying = (product, price) => ({ product, price, timestamp: new Date().toISOString(), extra: { kept: [1.50, 'ü'] } });
const chain = (product, expiry) => ({
  product, expiry, spot_price: 100.5, pcr_oi: 0.9, max_pain_strike: 100, timestamp: new Date().toISOString(),
  calls: [{ strike: 100, ltp: 1 }], puts: [{ strike: 100, ltp: 2 }],
});

for (const [client, io] of Object.entries(socketClients)) {
  for (const [mode, transports] of Object.entries(modes)) {
    describe(`${client}, ${mode}`, { timeout: 60_000 }, () => {
      let open = [];
      const connect = () => {
        const socket = io(node.url, { transports, forceNew: true });
        open.push(socket);
        return socket;
      };
      afterEach(() => {
        for (const socket of open) socket.disconnect();
        open = [];
      });
      const asked = (socket, event, ...data) => new Promise((resolve) => socket.emit(event, ...data, resolve));
      // A product of its own for each test: what others publish does not reach it.
      const product = () => `P${process.pid}-${++count}`;

      test('is greeted', async () => {
        const socket = connect();
        const [greeting] = await next(socket, 'connected');
        assert.equal(greeting.message, 'Connected to DeltaStream');
        assert.equal(greeting.client_id, socket.id);
        assert.deepEqual(greeting.rooms, ['general']);
        assert.ok(Math.abs(greeting.server_time - Date.now() / 1000) < 60);
        assert.notEqual(socket.id, socket.io.engine.id);
      });

      test('subscribes, gets snapshot and updates, and unsubscribes', async () => {
        const [watcher, symbol] = [connect(), product()];
        await next(watcher, 'connected');
        const first = underlying(symbol, 1);
        const seen = next(watcher, 'underlying_update', (update) => update.product === symbol);
        await node.publish('enriched:underlying', first);
        assert.deepEqual((await seen)[0], first);

        const socket = connect();
        const events = recorded(socket);
        assert.deepEqual(await asked(socket, 'subscribe', { type: 'product', symbol }), { status: 'ok', room: `product:${symbol}`, values: 1 });
        const of = (name) => events.filter(([event, data]) => event === name && (data.product ?? symbol) === symbol).map(([, data]) => data);
        await eventually(() => of('underlying_update').length === 1, 'the snapshot');
        assert.deepEqual(of('subscribed'), [{ room: `product:${symbol}`, message: `Subscribed to product:${symbol}`, values: 1 }]);
        assert.deepEqual(of('underlying_update'), [first]);

        const second = underlying(symbol, 2);
        await node.publish('enriched:underlying', second);
        await eventually(() => of('underlying_update').length > 1, 'the update');
        assert.deepEqual(await asked(socket, 'unsubscribe', { type: 'product', symbol }), { status: 'ok', room: `product:${symbol}` });
        await eventually(() => of('unsubscribed').length === 1, 'unsubscribed');
        assert.deepEqual(of('underlying_update'), [first, second]);
        await settled(socket.io.engine, mode);
      });

      test('gets chains by expiry', async () => {
        const [socket, symbol] = [connect(), product()];
        const events = recorded(socket);
        await asked(socket, 'subscribe', { type: 'chain', symbol, expiry: '2030-01-31' });
        const [wanted, other] = [chain(symbol, '2030-01-31'), chain(symbol, '2030-02-28')];
        await node.publish('enriched:option_chain', other);
        await node.publish('enriched:option_chain', wanted);
        const of = (name) => events.filter(([event, data]) => event === name && data.product === symbol).map(([, data]) => data);
        await eventually(() => of('chain_update').length === 1 && of('chain_summary').length === 2, 'chain and summaries');
        assert.deepEqual(of('chain_update'), [wanted]);
        assert.equal(of('chain_summary')[0].atm_straddle_price, null);
      });

      test('is told which markets are open: on connecting, when it changes, and in the snapshot of general', async () => {
        const market = product();
        const status = (word) => ({ market, status: word, session: { kept: [1.50, 'ü'] } });
        const first = connect();
        await next(first, 'connected');
        const seen = next(first, 'market_status', (data) => data.market === market);
        await node.publish('enriched:market_status', status('pre_open'));
        assert.deepEqual((await seen)[0], status('pre_open'));
        const second = connect();
        const known = next(second, 'market_status', (data) => data.market === market);
        await next(second, 'connected');
        assert.deepEqual((await known)[0], status('pre_open'));
        const events = recorded(second);
        await asked(second, 'subscribe', { type: 'general' });
        const of = () => events.filter(([event, data]) => event === 'market_status' && data.market === market).map(([, data]) => data);
        await eventually(() => of().length === 1, 'the snapshot');
        await node.publish('enriched:market_status', status('open'));
        await eventually(() => of().length === 2, 'the change');
        assert.deepEqual(of(), [status('pre_open'), status('open')]);
      });

      test('asks for the products', async () => {
        const [socket, symbol] = [connect(), product()];
        await next(socket, 'connected');
        const seen = next(socket, 'underlying_update', (update) => update.product === symbol);
        await node.publish('enriched:underlying', underlying(symbol, 1));
        await seen;
        socket.emit('get_products');
        const [{ products }] = await next(socket, 'products');
        assert.ok(products.includes(symbol));
        assert.deepEqual(products, [...products].sort());
      });

      test('is told what was wrong', async () => {
        const socket = connect();
        const errors = [];
        socket.on('error', (error) => errors.push(error));
        const refusal = await asked(socket, 'subscribe', {});
        assert.deepEqual(refusal, { status: 'error', code: 'missing_field', message: 'Missing type or symbol' });
        for (const [data, code] of [
          [{ type: 'nonsense', symbol: 'A' }, 'invalid_type'],
          [{ type: 'product', symbol: 'no*star' }, 'invalid_symbol'],
          [{ type: 'chain', symbol: 'A', expiry: 'soon' }, 'invalid_expiry'],
          [Buffer.from('binary'), 'missing_field'],
        ]) assert.equal((await asked(socket, 'subscribe', data)).code, code);
        assert.equal((await asked(socket, 'no_such_event', 1)).code, 'unknown_event');
        await eventually(() => errors.length === 6, 'six errors');
        assert.deepEqual(errors[0], { message: 'Missing type or symbol', code: 'missing_field', event: 'subscribe' });
        assert.equal(errors[5].event, 'no_such_event');
      });

      test('is refused any other namespace', async () => {
        const socket = io(`${node.url}/other`, { transports, forceNew: true });
        open.push(socket);
        const [error] = await next(socket, 'connect_error');
        assert.equal(error.message, 'Invalid namespace');
      });
    });
  }
}
