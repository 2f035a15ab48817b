// Clients that keep every text as it came: stock socket.io-client over its transports, and a plain WebSocket.
import { eventually, socketClients, WebSocket } from './clients.mjs';
import { parse } from './tokens.mjs';

export const kinds = { ws: null, websocket: ['websocket'], polling: ['polling'], upgrade: ['polling', 'websocket'] };

// One event as it came: its name, the texts of its data and of a second argument, and when.
class Heard {
  constructor(name, args, id) {
    Object.assign(this, { name, args, id, at: Date.now() });
  }

  get text() {
    return this.args[0]?.raw ?? '';
  }

  get data() {
    return JSON.parse(this.text);
  }

  get tokens() {
    return parse(this.text);
  }

  get meta() {
    return this.args[1] && JSON.parse(this.args[1].raw);
  }
}

export class Viewer {
  /** All that came, acknowledgements included, as `ack`. */
  heard = [];
  #asked = 0;

  /** Connects, and waits for `connected`. */
  static async open(url, kind = 'ws', options = {}) {
    const viewer = kind === 'ws' ? new PlainViewer() : new SocketViewer();
    viewer.kind = kind;
    await viewer.connect(url, kind, options);
    await viewer.next('connected');
    return viewer;
  }

  of(name, fits = () => true) {
    return this.heard.filter((event) => event.name === name && fits(event));
  }

  /** The first such event since a place in what was heard, come or to come. */
  async next(name, fits = () => true, since = 0) {
    let found;
    await eventually(() => (found = this.heard.slice(since).find((event) => event.name === name && fits(event))), () => `${name}; heard: ${this.names(since)}`);
    return found;
  }

  /** Asks, and waits for the acknowledgement. */
  async ask(name, data) {
    const since = this.heard.length;
    const id = `${++this.#asked}`;
    this.send(name, data, id);
    return (await this.next('ack', (ack) => ack.id === id, since)).data;
  }

  /** Asks for rooms with views, and waits for `synced`; returns what came until then, and the acknowledgement. */
  async subscribe(request) {
    const since = this.heard.length;
    const ack = await this.ask('subscribe', request);
    const synced = await this.next('synced', () => true, since);
    return { ack, events: this.heard.slice(since, this.heard.indexOf(synced) + 1) };
  }

  /** Leaves `general`. */
  async alone() {
    await this.ask('unsubscribe', { type: 'general' });
    return this;
  }

  names(since = 0) {
    return this.heard.slice(since).map(({ name, text }) => `${name} ${text.slice(0, 160)}`).join('\n  ');
  }
}

class SocketViewer extends Viewer {
  async connect(url, kind, options) {
    this.socket = socketClients['socket.io-client 4.8.4'](url, { transports: kinds[kind], forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 50, ...options });
    this.socket.io.on('open', () => this.socket.io.engine.on('packet', ({ type, data }) => type === 'message' && this.#take(data)));
  }

  send(name, data, id) {
    this.socket.io.engine.write(`2${id}${JSON.stringify(data === undefined ? [name] : [name, data])}`);
  }

  close() {
    this.socket.disconnect();
  }

  #take(text) {
    const [, type, id, body] = /^(\d)(\d*)(.*)$/s.exec(text);
    if (type !== '2' && type !== '3') return;
    const items = split(body);
    if (type === '2') this.heard.push(new Heard(JSON.parse(items[0]), items.slice(1).map((raw) => ({ raw }))));
    else this.heard.push(new Heard('ack', items.map((raw) => ({ raw })), id));
  }
}

class PlainViewer extends Viewer {
  async connect(url, _, { token } = {}) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, token ? { headers: { Authorization: `Bearer ${token}` } } : {});
    this.socket.on('message', (data) => this.#take(`${data}`)).on('error', () => {});
    await new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject));
  }

  send(event, data, id) {
    this.socket.send(JSON.stringify({ event, data, id }));
  }

  close() {
    this.socket.terminate();
  }

  #take(text) {
    this.bytes = (this.bytes ?? 0) + Buffer.byteLength(text);
    const members = new Map(split(text).map((member) => {
      const colon = member.indexOf(':', 1);
      return [JSON.parse(member.slice(0, colon)), member.slice(colon + 1)];
    }));
    const args = ['data', 'meta'].filter((name) => members.has(name)).map((name) => ({ raw: members.get(name) }));
    this.heard.push(new Heard(JSON.parse(members.get('event')), args, members.has('id') ? `${JSON.parse(members.get('id'))}` : undefined));
  }
}

// The texts of the items of an array, or of the members of an object.
function split(text) {
  const parts = [];
  let [depth, start] = [0, 1];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '"') for (i++; text[i] !== '"'; i++) i += text[i] === '\\' ? 1 : 0;
    else if (c === '[' || c === '{') depth++;
    else if (c === ']' || c === '}') depth--;
    if ((c === ',' && depth === 1) || (depth === 0 && i > start)) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return parts;
}
