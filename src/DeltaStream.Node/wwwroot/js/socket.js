// The plain WebSocket of the gateway: one JSON object a text frame, {event, data}, with an id where an answer is wanted.
// Reconnects for ever with backoff and jitter. What a dead network leaves half open is found by asking for something.

const FIRST_DELAY = 400;
const LONGEST_DELAY = 10_000;
const ASK_EVERY = 15_000;
const ANSWER_WITHIN = 5_000;
const UNAUTHORIZED = 4401;

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
   * @param {() => string | null} token what to bring on connecting
   * @param {{state: (state: string, seconds?: number) => void, event: (name: string, data: any) => void}} on
   */
  constructor(url, token, on) {
    this.#url = url;
    this.#token = token;
    this.#on = on;
    // Back on the network or back in front of the user: no reason to wait for the backoff.
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
      // Without a token as well: a gateway that wants one says so at once, and one that wants none does not mind.
      socket.send(JSON.stringify({ event: "authenticate", data: { token: this.#token() } }));
      this.#heartbeat = setInterval(() => this.#probe(socket), ASK_EVERY);
    };
    socket.onclose = event => this.#lost(socket, event.code);
  }

  /** Sends an event; resolves with the acknowledgement's data, or with a failure when none can come. */
  ask(event, data) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return Promise.resolve({ status: "error", code: "offline", message: "Not connected" });
    const id = this.#nextId++;
    return new Promise(answer => {
      this.#answers.set(id, answer);
      this.#socket.send(JSON.stringify({ event, data, id }));
    });
  }

  /** Whether the gateway has closed because the token was missing, not good or over: then it is for the user to go on. */
  get refused() {
    return this.#refused;
  }

  #receive(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      return; // Not ours: a frame this page cannot read is no reason to stop.
    }
    if (message?.event === "ack") {
      this.#answers.get(message.id)?.(message.data);
      this.#answers.delete(message.id);
    } else if (typeof message?.event === "string") {
      if (message.event === "connected") {
        this.#attempt = 0;
        this.#on.state("open");
      }
      this.#on.event(message.event, message.data ?? {});
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
