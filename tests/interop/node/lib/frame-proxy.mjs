// Stands between WebSocket clients and a node: keeps what clients send, drops a frame of the node's, cuts all connections.
import { connect, createServer } from 'node:net';

export class FrameProxy {
  /** The texts that clients have sent. */
  sent = [];
  #sockets = new Set();
  #dropped = null;

  static async before(url) {
    const proxy = new FrameProxy();
    const target = new URL(url);
    const server = createServer((client) => proxy.#join(client, connect(Number(target.port), target.hostname)));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return Object.assign(proxy, { url: `http://127.0.0.1:${server.address().port}`, server });
  }

  /** Drops the next frame of the node with such a text; resolves when it has. */
  drop(part) {
    return new Promise((resolve) => (this.#dropped = { part, resolve }));
  }

  cut() {
    for (const socket of this.#sockets) socket.destroy();
  }

  stop() {
    this.cut();
    this.server.close();
  }

  #join(client, node) {
    const ends = [client, node];
    for (const socket of ends) {
      this.#sockets.add(socket);
      socket.on('error', () => {}).on('close', () => {
        this.#sockets.delete(socket);
        for (const end of ends) end.destroy();
      });
    }
    client.on('data', frames((text) => this.sent.push(text), (data) => node.write(data)));
    node.on('data', frames((text) => {
      if (!this.#dropped || !text.includes(this.#dropped.part)) return true;
      this.#dropped.resolve();
      this.#dropped = null;
      return false;
    }, (data) => client.write(data)));
  }
}

// Cuts what comes after the head of the handshake into frames, and passes on those that `look` does not refuse.
function frames(look, pass) {
  let [rest, isOpen] = [Buffer.alloc(0), false];
  return (data) => {
    rest = Buffer.concat([rest, data]);
    if (!isOpen) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      pass(rest.subarray(0, end + 4));
      [rest, isOpen] = [rest.subarray(end + 4), true];
    }
    for (let length; (length = frameLength(rest)) > 0 && length <= rest.length; rest = rest.subarray(length)) {
      const frame = rest.subarray(0, length);
      if (look(textOf(frame)) !== false) pass(frame);
    }
  };
}

const extended = { 126: 2, 127: 8 };

function head(frame) {
  const [short, isMasked] = [frame[1] & 127, frame[1] >> 7];
  const extra = extended[short] ?? 0;
  return { start: 2 + extra + 4 * isMasked, isMasked, short, extra };
}

function frameLength(data) {
  if (data.length < 2) return 0;
  const { start, short, extra } = head(data);
  if (data.length < start) return 0;
  return start + (extra === 2 ? data.readUInt16BE(2) : extra === 8 ? Number(data.readBigUInt64BE(2)) : short);
}

function textOf(frame) {
  const { start, isMasked } = head(frame);
  const mask = frame.subarray(start - 4, start);
  return `${isMasked ? Buffer.from(frame.subarray(start).map((byte, i) => byte ^ mask[i % 4])) : frame.subarray(start)}`;
}
