// How a client uses the types. The lines after @ts-expect-error must not compile.
import { io, type Socket } from 'socket.io-client';
import type { ClientEvents, ServerEvents, ServerFrame } from '../../samples/clients/deltastream.js';

const socket: Socket<ServerEvents, ClientEvents> = io('http://localhost:8002');

socket.on('connect', () => {
  socket.emit('subscribe', { type: 'chain', symbol: 'NIFTY', expiry: '2026-11-26' }, (answer) => {
    if (answer.status === 'ok') console.log(answer.room, answer.values ?? 'unknown');
    else console.log(answer.code === 'rate_limited', answer.message);
  });
  socket.emit('subscribe', { type: 'general' });
  socket.emit('get_products');
  socket.emit('get_expiries', { symbol: 'NIFTY' });
  socket.emit('subscribe', { type: 'chain', symbol: 'NIFTY', expiry: '2026-11-26', mode: 'delta', format: 'compact', strikes: 10, preset: 'quote', max_rate: 2, have: 'pXq3cS0aV1E' });
  socket.emit('subscribe', { type: 'chain', symbol: 'NIFTY', window: { between: [16000, 18000] }, sides: 'calls', mode: 'delta', have: { '2026-11-26': 'pXq3cS0aV1E' } });
  socket.emit('subscribe', { replace: true, rooms: [{ type: 'product', symbol: 'TCS', max_rate: 1, status: true, meta: true }] }, (answer) => {
    if (answer.rooms) for (const entry of answer.rooms) console.log(entry.status === 'ok' ? entry.view?.max_rate : entry.code, answer.left?.length);
  });
  socket.emit('pause', (answer) => console.log(answer.status));
  socket.emit('resume');
  // @ts-expect-error a window is for chains
  socket.emit('subscribe', { type: 'product', symbol: 'NIFTY', window: { atm: 5 } });
  // @ts-expect-error strikes are short for a window
  socket.emit('subscribe', { type: 'chain', symbol: 'NIFTY', strikes: 5, window: { atm: 5 } });
  // @ts-expect-error compact needs columns
  socket.emit('subscribe', { type: 'chain', symbol: 'NIFTY', mode: 'delta', format: 'compact' });
  // @ts-expect-error a version is for mode delta
  socket.emit('subscribe', { type: 'chain', symbol: 'NIFTY', expiry: '2026-11-26', mode: 'full', have: 'pXq3cS0aV1E' });
  // @ts-expect-error the type is not one of the three
  socket.emit('subscribe', { type: 'news', symbol: 'NIFTY' });
  // @ts-expect-error a product needs its symbol
  socket.emit('subscribe', { type: 'product' });
  // @ts-expect-error an expiry is for chains
  socket.emit('subscribe', { type: 'product', symbol: 'NIFTY', expiry: '2026-11-26' });
  // @ts-expect-error no such event
  socket.emit('buy', { symbol: 'NIFTY' });
});

socket.on('underlying_update', (update, meta) => console.log(update.product, Number(update.price).toFixed(2), meta?.received_at));
socket.on('chain_delta', (delta) => console.log(delta.base, delta.calls?.remove, delta.set?.spot_price));
socket.on('room_status', ({ room, status, since }) => console.log(room, status === 'quiet', since?.toFixed(0)));
socket.on('synced', ({ rooms }) => console.log(rooms.length));
socket.on('chain_update', (chain) => {
  const puts = new Map(chain.puts?.map((put) => [put.strike, put]));
  for (const call of chain.calls ?? []) console.log(call.strike, call.last, puts.get(call.strike)?.iv);
});
socket.on('chain_summary', (summary) => console.log(summary.pcr_volume ?? summary.pcr_oi));
socket.on('error', (error) => console.log(error.code, error.event, error.room));
// @ts-expect-error no such field
socket.on('expiries', (expiries) => console.log(expiries.product));
// @ts-expect-error no such event
socket.on('price', () => {});

export function onFrame(text: string) {
  const frame = JSON.parse(text) as ServerFrame;
  if (frame.event === 'ack') return frame.data.status;
  if (frame.event === 'feed_status') return frame.data.since.toFixed(0);
  return frame.event === 'expiries' ? frame.data.expiries[0] : undefined;
}
