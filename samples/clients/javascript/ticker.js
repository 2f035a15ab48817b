// A price ticker: node ticker.js [url] [symbol…]. Without symbols it shows every product.
import { io } from "socket.io-client";

const [url = "http://localhost:8002", ...symbols] = process.argv.slice(2);
const socket = io(url, { transports: ["websocket"] });

// At most two prices a second of each product; the last one always comes. `status` says when a room has gone quiet.
const view = { max_rate: 2, status: true };
const rooms = symbols.length ? symbols.map(symbol => ({ type: "product", symbol, ...view })) : [{ type: "general", ...view }];

// On every connect: after a reconnect the server may have forgotten this client's rooms.
socket.on("connect", () => socket.emit("subscribe", { rooms, replace: true }));
socket.on("underlying_update", ({ product, price }) => console.log(product, price));
socket.on("room_status", ({ room, status }) => console.log(room, status));
socket.on("error", ({ message }) => console.error(message));
socket.on("connect_error", ({ message }) => console.error(message));
if (symbols.length) socket.on("connect", () => socket.emit("unsubscribe", { type: "general" }));
