// The status in the header: connection, feed, what is received and saved, and the badge of simulated prices.

import { formatBytes } from "./format.js";
import { setText } from "./paint.js";

const CONNECTION = { connecting: "Connecting", open: "Connected", waiting: "Reconnecting", refused: "Token needed" };
const FEED = { live: "Live", stale: "Stale", down: "Down", unknown: "Unknown" };
const RATE_SECONDS = 3;
// Chains come once in a while: what they cost is a mean of more seconds.
const BYTES_SECONDS = 10;

export class StatusView {
  #connection = document.getElementById("connection");
  #feed = document.getElementById("feed");
  #rate = document.getElementById("rate");
  #demo = document.getElementById("demo");
  #bytes = document.getElementById("bytes");
  #saved = document.getElementById("saved");
  #savedItem = document.getElementById("saved-item");
  #seconds = [nothing()];

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

  /** A message of so many bytes has come. */
  message(bytes) {
    this.#seconds[0].messages++;
    this.#seconds[0].bytes += bytes;
  }

  /** So many bytes less came than a whole chain has. */
  saved(bytes) {
    this.#seconds[0].saved += bytes;
  }

  #tick() {
    const mean = (field, seconds) => {
      const counted = this.#seconds.slice(0, seconds);
      return counted.reduce((sum, second) => sum + second[field], 0) / counted.length;
    };
    const bytes = mean("bytes", BYTES_SECONDS), saved = mean("saved", BYTES_SECONDS);
    setText(this.#rate, String(Math.round(mean("messages", RATE_SECONDS))));
    setText(this.#bytes, formatBytes(bytes));
    this.#savedItem.hidden = saved <= 0;
    if (saved > 0) setText(this.#saved, `${formatBytes(saved)}/s, ${Math.floor((saved / (saved + bytes)) * 100)}%`);
    this.#seconds = [nothing(), ...this.#seconds.slice(0, BYTES_SECONDS - 1)];
  }
}

const nothing = () => ({ messages: 0, bytes: 0, saved: 0 });

function lamp(element, state, words) {
  element.dataset.state = state;
  setText(element, words[state]);
}
