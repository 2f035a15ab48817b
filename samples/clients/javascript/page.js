// Prices and a chain in a page: ?url=ws://localhost:8002/ws&symbol=NIFTY&expiry=2026-11-26&view=compact (or rows, full)
import { apply, held, rowsOf } from "./delta.js";

const query = new URLSearchParams(location.search);
const [symbol, expiry] = [query.get("symbol") ?? "NIFTY", query.get("expiry") ?? "2026-11-26"];
const views = {
  full: {},
  rows: { mode: "delta", strikes: 5, fields: ["last"] },
  compact: { mode: "delta", format: "compact", strikes: 5, fields: ["last"] },
};
const view = views[query.get("view") ?? "compact"];
const find = id => document.getElementById(id);
let [ws, mine, isWaiting] = [null, null, false];

const send = (event, data) => ws.readyState === WebSocket.OPEN && ws.send(JSON.stringify({ event, data }));
const chainRoom = () => {
  isWaiting = true;
  return { type: "chain", symbol, expiry, ...view, ...(mine && { have: mine.version }) };
};

const on = {
  connected: () => {
    send("subscribe", { rooms: [{ type: "general", max_rate: 2 }, chainRoom()] });
    if (document.hidden) send("pause");
  },
  // What came before the answer does not follow on `have`. What comes after it does.
  subscribed: ({ room }) => room.startsWith("chain:") && (isWaiting = false),
  synced: () => (find("state").textContent = "Live"),
  error: ({ message }) => (find("state").textContent = message),
  underlying_update: showPrice,
  chain_update: chain => showChain("full", { chain }),
  chain_snapshot: snapshot => isWaiting || showChain("snapshot", (mine = held(snapshot))),
  chain_delta: delta => {
    if (isWaiting) return;
    const next = apply(mine, delta);
    if (next) showChain("delta", (mine = next));
    else send("subscribe", chainRoom());
  },
};

function connect() {
  ws = new WebSocket(query.get("url") ?? "ws://localhost:8002/ws");
  ws.onmessage = ({ data }) => {
    const frame = JSON.parse(data);
    on[frame.event]?.(frame.data);
  };
  ws.onclose = () => {
    find("state").textContent = "Reconnecting";
    setTimeout(connect, 500 + 500 * Math.random());
  };
}

// A tab that nobody sees needs no updates. When it is seen again, one event brings each key that has changed.
document.addEventListener("visibilitychange", () => send(document.hidden ? "pause" : "resume"));

const prices = new Map();
function showPrice({ product, price }) {
  if (!prices.has(product)) {
    const row = find("prices").insertRow();
    row.insertCell().textContent = product;
    prices.set(product, row.insertCell());
  }
  prices.get(product).textContent = price;
}

function showChain(how, state) {
  find("chain").textContent = `${state.chain.product} ${state.chain.expiry} spot ${state.chain.spot_price} (${how})`;
  const puts = new Map(rowsOf(state, "puts").map(row => [row.strike, row.last]));
  find("strikes").replaceChildren(...rowsOf(state, "calls").map(({ strike, last }) => {
    const row = document.createElement("tr");
    for (const text of [last ?? "-", strike, puts.get(strike) ?? "-"]) row.insertCell().textContent = text;
    return row;
  }));
}

connect();
