import net from "node:net";
import { once } from "node:events";

/** Publishes one message, as redis-cli would. */
export const publish = (port, channel, message) => publishAll(port, channel, [message]);

/** Publishes many messages over one connection; resolves when the server has answered the last. */
export async function publishAll(port, channel, messages) {
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  for (const message of messages) {
    const parts = ["PUBLISH", channel, typeof message === "string" ? message : JSON.stringify(message)];
    socket.write(`*${parts.length}\r\n${parts.map(part => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join("")}`);
  }
  let replies = "";
  while (replies.split("\r\n").length <= messages.length) {
    const [reply] = await once(socket, "data");
    replies += reply;
  }
  socket.destroy();
  if (!/^(:\d+\r\n)+$/.test(replies)) throw new Error(`PUBLISH was answered with ${replies.slice(0, 200)}`);
}
