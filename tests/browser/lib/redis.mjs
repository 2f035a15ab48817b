import net from "node:net";
import { once } from "node:events";

/** Publishes one message, as redis-cli would. */
export async function publish(port, channel, message) {
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  const parts = ["PUBLISH", channel, typeof message === "string" ? message : JSON.stringify(message)];
  socket.write(`*${parts.length}\r\n${parts.map(part => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join("")}`);
  const [reply] = await once(socket, "data");
  socket.destroy();
  if (reply[0] !== ":".charCodeAt(0)) throw new Error(`PUBLISH was answered with ${reply}`);
}
