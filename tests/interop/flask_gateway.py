"""The kind of gateway that this one replaces, as a peer for tests: Flask-SocketIO, a Redis listener, a last-value cache.

It sends one copy to each room, and knows one chain for each product, whatever its expiry.
Usage: flask_gateway.py PORT REDIS_PORT
"""
import json
import sys
import threading

import flask
import flask_socketio
import redis

PORT, REDIS_PORT = int(sys.argv[1]), int(sys.argv[2])
SUMMARY = ("product", "expiry", "spot_price", "pcr_oi", "max_pain_strike", "atm_straddle_price", "timestamp")

app = flask.Flask(__name__)
sockets = flask_socketio.SocketIO(app, async_mode="threading", cors_allowed_origins="*")
store = redis.Redis(port=REDIS_PORT)


def broadcast_underlying(update):
    store.setex(f"latest:underlying:{update['product']}", 60, json.dumps(update))
    for room in ("general", f"product:{update['product']}"):
        sockets.emit("underlying_update", update, to=room)


def broadcast_chain(chain):
    store.setex(f"latest:chain:{chain['product']}", 60, json.dumps(chain))
    sockets.emit("chain_summary", {field: chain.get(field) for field in SUMMARY}, to="general")
    sockets.emit("chain_update", chain, to=f"chain:{chain['product']}")


def listen():
    channels = store.pubsub(ignore_subscribe_messages=True)
    channels.subscribe("enriched:underlying", "enriched:option_chain")
    for message in channels.listen():
        broadcast = broadcast_underlying if message["channel"] == b"enriched:underlying" else broadcast_chain
        broadcast(json.loads(message["data"]))


@sockets.on("connect")
def on_connect(auth=None):
    flask_socketio.join_room("general")
    flask_socketio.emit("connected", {"message": "Connected to DeltaStream", "client_id": flask.request.sid})


@sockets.on("subscribe")
def on_subscribe(data):
    room = f"{data['type']}:{data['symbol']}"
    flask_socketio.join_room(room)
    flask_socketio.emit("subscribed", {"room": room, "message": f"Subscribed to {room}"})
    kind, event = ("underlying", "underlying_update") if data["type"] == "product" else ("chain", "chain_update")
    cached = store.get(f"latest:{kind}:{data['symbol']}")
    if cached:
        flask_socketio.emit(event, json.loads(cached))


threading.Thread(target=listen, daemon=True).start()
sockets.run(app, host="127.0.0.1", port=PORT, allow_unsafe_werkzeug=True)
