// Connects the gateway's events with the parts of the page.

import { ChainView } from "./chain.js";
import { formatPrice } from "./format.js";
import { Market } from "./market.js";
import { MarketsView } from "./markets.js";
import { paint } from "./paint.js";
import { PriceList } from "./prices.js";
import { GENERAL, Rooms, roomName } from "./rooms.js";
import { RoomsView } from "./rooms-view.js";
import { GatewaySocket } from "./socket.js";
import { StatusView } from "./status.js";
import { Token } from "./token.js";
import { expiryOf } from "./values.js";

const market = new Market();
const status = new StatusView();
const markets = new MarketsView();
const chosen = { symbol: null, expiry: null };

// The first chain arrives by chance. After this time (ms) the snapshot has arrived, and the page knows the nearest expiry.
const SETTLE_WITHIN = 300;
let settling = 0;
let settled = false;
let greeted = false;

const url = new URL("ws", location.href);
url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
const token = new Token(async brought => {
  if (socket.refused) return socket.open();
  const answer = await socket.ask("authenticate", { token: brought });
  if (answer.status === "ok") token.accepted();
  else token.ask(answer.message);
});
const socket = new GatewaySocket(url.href, () => token.value, {
  state(state) {
    status.connection(state);
    greeted = state === "open";
    if (state === "waiting" || state === "refused") rooms.offline();
    // A client that is not let in is in no room.
    if (state === "refused") roomsView.available(false);
  },
  event(name, data) {
    status.message();
    handlers.get(name)?.(data);
  },
});

const rooms = new Rooms(socket, () => {
  roomsView.show(rooms.all);
  prices.follow(symbol => rooms.has(roomName({ type: "product", symbol })));
  chain.paused(chosen.expiry !== null && !isFollowed());
});
const roomsView = new RoomsView({ join: request => rooms.join(request), leave: name => rooms.leave(name) });
const prices = new PriceList(market, {
  choose(symbol) {
    chooseProduct(symbol);
    if (matchMedia("(max-width: 980px)").matches) document.getElementById("chain").scrollIntoView({ behavior: "smooth" });
  },
  follow(symbol) {
    const request = { type: "product", symbol };
    if (rooms.has(roomName(request))) rooms.leave(roomName(request));
    else rooms.join(request);
  },
});
const chain = new ChainView({ product: chooseProduct, expiry: chooseExpiry, resume: () => rooms.join(chainRequest()) });

const handlers = new Map(Object.entries({
  connected(data) {
    status.demo(data.demo === true);
    token.accepted();
    roomsView.available(true);
    status.feed("live"); // If it is not live, a feed_status follows at once.
    rooms.rejoin();
  },
  token_expiring: data => token.ask(`Your token expires in ${Math.ceil(data.expires_in)} s. Here goes a new one`),
  error(data) {
    // After the greeting, "unauthorized" is about a room, and the list of rooms shows it.
    if (data.code === "token_expired" || (data.code === "unauthorized" && !greeted)) token.ask(data.message);
  },
  feed_status: data => status.feed(data.status),
  market_status: data => markets.update(data),
  underlying_update(data) {
    const known = market.products.has(data.product);
    const product = market.underlying(data);
    if (product === null) return;
    prices.update(product);
    if (!known) offer();
    if (product.symbol === chosen.symbol) paint(title);
  },
  chain_summary(data) {
    if (market.expiry(data)) offer();
    if (settling === 0) settling = setTimeout(settle, SETTLE_WITHIN);
  },
  chain_update(data) {
    if (market.expiry(data)) offer();
    if (data.product === chosen.symbol && expiryOf(data.expiry) === chosen.expiry && isFollowed()) chain.update(data);
  },
}));

const chainRequest = () => ({ type: "chain", symbol: chosen.symbol, expiry: chosen.expiry });
const chosenRoom = () => roomName(chainRequest());
const isFollowed = () => rooms.has(chosenRoom()) || rooms.has(roomName({ type: "chain", symbol: chosen.symbol }));

function chooseProduct(symbol) {
  if (symbol === chosen.symbol) return;
  leaveChain();
  chosen.symbol = symbol;
  prices.choose(symbol);
  chain.clear(`Waiting for an option chain of ${symbol}…`);
  chain.expiries([], null);
  offer();
  paint(title);
}

function chooseExpiry(expiry) {
  leaveChain();
  chosen.expiry = expiry;
  chain.clear("Waiting for this option chain…");
  rooms.join(chainRequest());
}

function leaveChain() {
  if (chosen.expiry === null) return;
  const name = chosenRoom();
  chosen.expiry = null;
  rooms.leave(name);
}

/** Offers new products and expiries, and selects a chain if the user has not chosen one. */
function offer() {
  paint(refresh);
}

function refresh() {
  const symbols = market.symbols();
  if (settled && chosen.symbol === null && symbols.length > 0 && market.expiriesOf(symbols[0]).length > 0) chooseProduct(preferred(symbols));
  if (chosen.symbol !== null) {
    const expiries = market.expiriesOf(chosen.symbol);
    if (chosen.expiry === null && expiries.length > 0) chooseExpiry(expiries[0]);
    chain.expiries(expiries, chosen.expiry);
  }
  prices.arrange();
  chain.products(symbols.filter(symbol => symbol === chosen.symbol || market.expiriesOf(symbol).length > 0), chosen.symbol);
  roomsView.suggest(symbols, symbol => market.expiriesOf(symbol));
}

function settle() {
  settled = true;
  offer();
}

const preferred = symbols => (symbols.includes("NIFTY") ? "NIFTY" : symbols[0]);

function title() {
  const product = market.products.get(chosen.symbol);
  document.title = product ? `${product.symbol} ${formatPrice(product.price)} ${product.direction < 0 ? "▼" : "▲"} DeltaStream` : "DeltaStream";
}

// The gateway joins each client to this room without a snapshot. A request for the room brings the snapshot, so that the page
// is not empty while the market is quiet.
rooms.join({ type: GENERAL });
socket.open();
