// Connects the gateway's events with the parts of the page.

import { ChainSubscription } from "./chain-subscription.js";
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
import { ViewControls } from "./view-controls.js";

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
  event(name, data, bytes) {
    status.message(bytes);
    handlers.get(name)?.(data, bytes, name);
  },
});

const rooms = new Rooms(socket, () => {
  roomsView.show(rooms.all);
  prices.follow(symbol => rooms.has(roomName({ type: "product", symbol })));
  chain.paused(chosen.expiry !== null && !isFollowed());
});
const roomsView = new RoomsView({
  join: request => (subscription.is(roomName(request)) ? subscription.join() : rooms.join(request)),
  leave: name => rooms.leave(name),
});
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
const view = new ViewControls(settings => {
  chain.change(settings);
  subscription.change(settings);
});
const chain = new ChainView(view.settings, { product: chooseProduct, expiry: chooseExpiry, resume: () => subscription.join() });
const subscription = new ChainSubscription(rooms, view.settings, {
  chain(document, isView, isNew) {
    if (isFollowed()) chain.update(document, isView, isNew);
  },
  saved: bytes => status.saved(bytes),
  answer: answer => view.answer(answer),
});

const handlers = new Map(Object.entries({
  connected(data) {
    status.demo(data.demo === true);
    token.accepted();
    roomsView.available(true);
    status.feed("live"); // If it is not live, a feed_status follows at once.
    rooms.rejoin();
    if (document.hidden) socket.ask("pause");
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
  chain_update: chainEvent,
  chain_snapshot: chainEvent,
  chain_delta: chainEvent,
  room_status: data => rooms.status(data),
}));

function chainEvent(data, bytes, name) {
  if (market.expiry(data)) offer();
  subscription.event(name, data, bytes);
}

const chainRequest = () => ({ type: "chain", symbol: chosen.symbol, expiry: chosen.expiry });
const isFollowed = () => rooms.has(roomName(chainRequest())) || rooms.has(roomName({ type: "chain", symbol: chosen.symbol }));

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
  subscription.choose(chainRequest());
}

function leaveChain() {
  if (chosen.expiry === null) return;
  chosen.expiry = null;
  subscription.choose(null);
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

// A page that nobody sees needs no updates. When it is seen again, the newest of each come.
document.addEventListener("visibilitychange", () => {
  if (greeted) socket.ask(document.hidden ? "pause" : "resume");
});

// The gateway joins each client to this room without a snapshot. A request for the room brings the snapshot, so that the page
// is not empty while the market is quiet.
rooms.join({ type: GENERAL });
socket.open();
