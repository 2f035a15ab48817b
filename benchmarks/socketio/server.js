// The same fan-out on socket.io with its Redis adapter: updates go to the room.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const url = `redis://${process.env.REDIS_ENDPOINT}`;
const [publisher, subscriber, feed] = await Promise.all([0, 1, 2].map(() => createClient({ url }).connect()));
const http = createServer((request, response) => response.end("ready"));
const io = new Server(http, { adapter: createAdapter(publisher, subscriber) });

io.on("connection", socket => {
  socket.join("general");
  socket.on("subscribe", ({ type, symbol }) => socket.join(`${type}:${symbol}`));
});

const SUMMARY = ["product", "expiry", "spot_price", "pcr_oi", "max_pain_strike", "atm_straddle_price", "timestamp"];
await feed.pSubscribe("enriched:*", (message, channel) => {
  const update = JSON.parse(message);
  // There is one process, so "local" avoids the round trip of the adapter, which only other processes need.
  if (channel === "enriched:underlying") return io.local.to("general").emit("underlying_update", update);
  io.local.to(`chain:${update.product}`).emit("chain_update", update);
  io.local.to("general").emit("chain_summary", Object.fromEntries(SUMMARY.map(name => [name, update[name] ?? null])));
});

http.listen(Number(process.env.PORT), "127.0.0.1");
