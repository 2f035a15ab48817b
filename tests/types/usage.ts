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
  // @ts-expect-error the type is not one of the three
  socket.emit('subscribe', { type: 'news', symbol: 'NIFTY' });
  // @ts-expect-error a product needs its symbol
  socket.emit('subscribe', { type: 'product' });
  // @ts-expect-error an expiry is for chains
  socket.emit('subscribe', { type: 'product', symbol: 'NIFTY', expiry: '2026-11-26' });
  // @ts-expect-error no such event
  socket.emit('buy', { symbol: 'NIFTY' });
});

socket.on('underlying_update', (update) => console.log(update.product, Number(update.price).toFixed(2)));
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
