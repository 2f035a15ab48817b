// The plain WebSocket of the gateway: one JSON object per text frame, {event, data}, with an id if the page wants a reply.
// It reconnects for ever with backoff and jitter. It finds a half-open connection by a request that gets no reply.

const FIRST_DELAY = 400;
const LONGEST_DELAY = 10_000;
const ASK_EVERY = 15_000;
const ANSWER_WITHIN = 5_000;
const UNAUTHORIZED = 4401;
const utf8 = new TextEncoder();

export class GatewaySocket {
  #url;
  #token;
  #on;
  #refused = false;
  #socket = null;
  #attempt = 0;
  #nextId = 1;
  #answers = new Map();
  #reconnect = 0;
  #heartbeat = 0;

  /**
   * @param {() => string | null} token the token for each new connection
   * @param {{state: (state: string, seconds?: number) => void, event: (name: string, data: any, bytes: number) => void}} on
   */
  constructor(url, token, on) {
    this.#url = url;
    this.#token = token;
    this.#on = on;
    // The network is back, or the user sees the page again: reconnect without waiting for the backoff.
    const hurry = () => { if (!document.hidden && this.#reconnect) this.open(); };
    addEventListener("online", hurry);
    document.addEventListener("visibilitychange", hurry);
  }

  open() {
    clearTimeout(this.#reconnect);
    this.#reconnect = 0;
    this.#on.state("connecting");
    const socket = this.#socket = new WebSocket(this.#url);
    socket.onmessage = message => this.#receive(message.data);
    this.#refused = false;
    socket.onopen = () => {
      // Sent even without a token: a gateway that needs a token refuses at once, and one that needs none ignores it.
      socket.send(JSON.stringify({ event: "authenticate", data: { token: this.#token() } }));
      this.#heartbeat = setInterval(() => this.#probe(socket), ASK_EVERY);
    };
    socket.onclose = event => this.#lost(socket, event.code);
  }

  /** Sends an event; resolves with the acknowledgement's data, or with a failure if no acknowledgement can come. */
  ask(event, data) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return Promise.resolve({ status: "error", code: "offline", message: "Not connected" });
    const id = this.#nextId++;
    return new Promise(answer => {
      this.#answers.set(id, answer);
      this.#socket.send(JSON.stringify({ event, data, id }));
    });
  }

  /** True if the gateway closed because the token was missing, invalid or expired; the page then waits for the user. */
  get refused() {
    return this.#refused;
  }

  #receive(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return; // The page ignores a frame that it can't read.
    }
    if (message?.event === "ack") {
      this.#answers.get(message.id)?.(message.data);
      this.#answers.delete(message.id);
    } else if (typeof message?.event === "string") {
      if (message.event === "connected") {
        this.#attempt = 0;
        this.#on.state("open");
      }
      this.#on.event(message.event, message.data ?? {}, utf8.encode(text).length);
    }
  }

  async #probe(socket) {
    const answer = this.ask("get_products");
    const late = new Promise(resolve => setTimeout(resolve, ANSWER_WITHIN, null));
    if (await Promise.race([answer, late]) === null) this.#lost(socket);
  }

  #lost(socket, code) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    socket.onmessage = socket.onclose = null;
    socket.close();
    clearInterval(this.#heartbeat);
    for (const answer of this.#answers.values()) answer({ status: "error", code: "offline", message: "The connection was lost" });
    this.#answers.clear();
    if (code === UNAUTHORIZED) {
      this.#refused = true;
      this.#attempt = 0;
      this.#on.state("refused");
      return;
    }
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#attempt++) * (0.5 + Math.random() / 2);
    this.#reconnect = setTimeout(() => this.open(), delay);
    this.#on.state("waiting", Math.ceil(delay / 1000));
  }
}
