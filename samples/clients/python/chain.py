"""A chain table: python3 chain.py [url] [symbol] [expiry] [full | rows | compact]

Needs python-socketio[client] 5.
"""
import sys

import socketio

from delta import apply, rows_of

defaults = ["http://localhost:8002", "NIFTY", "2026-11-26", "compact"]
url, symbol, expiry, kind = sys.argv[1:] + defaults[len(sys.argv) - 1:]
view = {
    "full": {},
    "rows": {"mode": "delta", "strikes": 5, "fields": ["last"]},
    "compact": {"mode": "delta", "format": "compact", "strikes": 5, "fields": ["last"]},
}[kind]
client = socketio.Client(reconnection_delay=0.5, reconnection_delay_max=2)
held = None


def subscribe():
    """With the version that is held: the server sends what has changed since, or a snapshot."""
    have = {"have": held["version"]} if held else {}
    client.emit("subscribe", {"type": "chain", "symbol": symbol, "expiry": expiry, **view, **have})


@client.event
def connect():
    client.emit("unsubscribe", {"type": "general"})
    subscribe()


@client.event
def chain_update(chain):
    show("full", {"chain": chain})


@client.event
def chain_snapshot(snapshot):
    global held
    held = snapshot
    show("snapshot", held)


@client.event
def chain_delta(delta):
    global held
    if following := apply(held, delta):
        held = following
        show("delta", held)
    else:
        subscribe()


def show(how, state):
    chain = state["chain"]
    puts = {row["strike"]: row.get("last") for row in rows_of(state, "puts")}
    lines = [f"{row['strike']} {text(row.get('last'))} {text(puts.get(row['strike']))}" for row in rows_of(state, "calls")]
    print(f"{chain['product']} {chain['expiry']} spot {chain['spot_price']} ({how})", *lines, "", sep="\n", flush=True)


def text(value):
    return "-" if value is None else value


client.on("error", lambda error: print(error["message"], file=sys.stderr))
client.connect(url, transports=["websocket"])
client.wait()
