// The status in the header: connection, feed, message rate and the badge of simulated prices.

import { setText } from "./paint.js";

const CONNECTION = { connecting: "Connecting", open: "Connected", waiting: "Reconnecting", refused: "Token needed" };
const FEED = { live: "Live", stale: "Stale", down: "Down", unknown: "Unknown" };
const RATE_SECONDS = 3;

export class StatusView {
  #connection = document.getElementById("connection");
  #feed = document.getElementById("feed");
  #rate = document.getElementById("rate");
  #demo = document.getElementById("demo");
  #counts = [0];

  constructor() {
    setInterval(() => this.#tick(), 1000);
  }

  connection(state) {
    // During an attempt the lamp stays at "reconnecting", so that it does not flicker.
    if (state === "connecting" && this.#connection.dataset.state === "waiting") return;
    lamp(this.#connection, state, CONNECTION);
    document.body.toggleAttribute("data-offline", state === "waiting" || state === "refused");
    if (state !== "open") this.feed("unknown");
  }

  feed(status) {
    lamp(this.#feed, Object.hasOwn(FEED, status) ? status : "unknown", FEED);
  }

  demo(isDemo) {
    this.#demo.hidden = !isDemo;
  }

  message() {
    this.#counts[0]++;
  }

  #tick() {
    const counted = this.#counts.slice(0, RATE_SECONDS);
    setText(this.#rate, String(Math.round(counted.reduce((sum, count) => sum + count, 0) / counted.length)));
    this.#counts = [0, ...counted.slice(0, RATE_SECONDS - 1)];
  }
}

function lamp(element, state, words) {
  element.dataset.state = state;
  setText(element, words[state]);
}
