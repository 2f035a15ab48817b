// Stock clients with the library's own settings for tests in other languages: one more for each line that comes in. What becomes
// of each goes out, a line of JSON for each event.
import { createInterface } from 'node:readline';
import { socketClients } from './clients.mjs';

const [url, product] = process.argv.slice(2);
const room = `product:${product}`;
let count = 0;

for await (const line of createInterface({ input: process.stdin })) connect(count++);
process.exit();

function connect(client) {
  const say = (event, data) => console.log(JSON.stringify({ client, event, ...data }));
  const socket = socketClients['socket.io-client 4.8.4'](url, { forceNew: true });
  socket.on('connected', ({ rooms }) => {
    say('connected', { id: socket.id, recovered: socket.recovered === true });
    if (rooms.includes(room)) say('entered');
    else socket.emit('subscribe', { type: 'product', symbol: product });
  });
  socket.on('subscribed', (data) => data.room === room && say('entered'));
  socket.on('underlying_update', (data) => data.product === product && say('price', { price: data.price }));
  socket.on('disconnect', (reason) => say('lost', { reason }));
  socket.on('connect_error', ({ message }) => say('refused', { message }));
}
