// Engine.IO polling by hand, each request to the node that the test names.
import { connect } from 'node:net';
import { WebSocket } from './clients.mjs';

const patience = 15_000;

const isOfFeed = (packet) => packet.startsWith('42["feed_status"');
const isAnswer = (packet) => packet !== '2' && !isOfFeed(packet);

export class PollingSession {
  // Opens a session on the first of the nodes.
  static async open(nodes) {
    const response = await fetch(`${nodes[0].url}/socket.io/?EIO=4&transport=polling`);
    const session = new PollingSession();
    session.nodes = nodes;
    session.sid = JSON.parse((await response.text()).slice(1)).sid;
    return session;
  }

  // The same, and connected; the greeting has been read.
  static async connected(nodes) {
    const session = await PollingSession.open(nodes);
    await session.post(0, '40');
    for (let seen = ''; !seen.includes('42["connected"'); ) seen += (await session.poll(0)).body;
    return session;
  }

  query(transport = 'polling') {
    return `/socket.io/?EIO=4&transport=${transport}&sid=${this.sid}`;
  }

  // What a node says of its feed comes when it likes, on a busy machine for one: it is left out.
  async poll(node) {
    for (;;) {
      const { status, body } = await answerOf(await fetch(`${this.nodes[node].url}${this.query()}`));
      const packets = body.split('\x1e').filter((packet) => !isOfFeed(packet));
      if (status !== 200 || packets.length > 0) return { status, body: packets.join('\x1e') };
    }
  }

  async post(node, ...packets) {
    return answerOf(await fetch(`${this.nodes[node].url}${this.query()}`, { method: 'POST', body: packets.join('\x1e') }));
  }

  // Polls until so many answers have come; none of the responses may hold more than 16 packets.
  async answers(node, count) {
    const packets = [];
    for (let polls = 0; packets.length < count; polls++) {
      const { status, body } = await this.poll(node);
      const some = body.split('\x1e');
      if (status !== 200 || some.length > 16 || polls > count) throw new Error(`${status} ${body}`);
      packets.push(...some.filter(isAnswer));
    }
    return packets;
  }

  // A connection of its own, that the test may end, with a part of a request on it.
  async raw(node, text) {
    const { hostname, port } = new URL(this.nodes[node].url);
    const socket = connect(Number(port), hostname).on('error', () => {});
    await new Promise((resolve) => socket.once('connect', resolve));
    await new Promise((resolve) => socket.write(text.replace('QUERY', this.query()), resolve));
    return socket;
  }

  async webSocket(node) {
    const socket = new WebSocket(`${this.nodes[node].url.replace('http', 'ws')}${this.query('websocket')}`);
    const it = { socket, texts: [], isClosed: false, send: (text) => socket.send(text), close: () => socket.close() };
    socket.on('message', (data) => it.texts.push(`${data}`)).on('error', () => {}).on('close', () => (it.isClosed = true));
    it.answers = () => it.texts.filter(isAnswer);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return it;
  }

  async probe(node) {
    const socket = await this.webSocket(node);
    socket.send('2probe');
    await until(() => socket.texts.includes('3probe'), 'the probe is answered');
    socket.texts.length = 0;
    return socket;
  }
}

export async function until(condition, what) {
  for (const end = Date.now() + patience; !(await condition()); await new Promise((resolve) => setTimeout(resolve, 10)))
    if (Date.now() > end) throw new Error(`not within ${patience} ms: ${typeof what === 'function' ? what() : what}`);
}

// A request that every node answers with two packets, and those.
export const request = (n) => `42${n}["unsubscribe",{"type":"product","symbol":"N-${n}"}]`;
export const answered = (n) => [`42["unsubscribed",{"room":"product:N-${n}","message":"Unsubscribed from product:N-${n}"}]`, `43${n}[{"status":"ok","room":"product:N-${n}"}]`];

const answerOf = async (response) => ({ status: response.status, body: await response.text() });
