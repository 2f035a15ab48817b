// A chain table: node chain.js [url] [symbol] [expiry] [full | rows | compact]
import { io } from "socket.io-client";
import { apply, held, rowsOf } from "./delta.js";

const [url = "http://localhost:8002", symbol = "NIFTY", expiry = "2026-11-26", kind = "compact"] = process.argv.slice(2);
const views = {
  full: {},
  rows: { mode: "delta", strikes: 5, fields: ["last"] },
  compact: { mode: "delta", format: "compact", strikes: 5, fields: ["last"] },
};
const socket = io(url, { transports: ["websocket"] });
let mine = null;
let isWaiting = false;

/** Subscribes, with the version that is held: the server sends what has changed since, or a snapshot. */
function subscribe() {
  isWaiting = true;
  const room = { type: "chain", symbol, expiry, ...views[kind], ...(mine && { have: mine.version }) };
  socket.emit("subscribe", room, () => (isWaiting = false));
}

socket.on("connect", () => {
  socket.emit("unsubscribe", { type: "general" });
  subscribe();
});
socket.on("chain_update", chain => show("full", { chain }));
// What comes before the answer does not follow on `have`. What comes after it does.
socket.on("chain_snapshot", snapshot => isWaiting || show("snapshot", (mine = held(snapshot))));
socket.on("chain_delta", delta => {
  if (isWaiting) return;
  const next = apply(mine, delta);
  if (next) show("delta", (mine = next));
  else subscribe();
});
socket.on("error", ({ message }) => console.error(message));
socket.on("connect_error", ({ message }) => console.error(message));

function show(how, state) {
  const puts = new Map(rowsOf(state, "puts").map(row => [row.strike, row.last]));
  const lines = rowsOf(state, "calls").map(({ strike, last }) => `${strike} ${last ?? "-"} ${puts.get(strike) ?? "-"}`);
  console.log([`${state.chain.product} ${state.chain.expiry} spot ${state.chain.spot_price} (${how})`, ...lines, ""].join("\n"));
}
