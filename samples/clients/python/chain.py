"""A chain table: python3 chain.py [url] [symbol] [expiry] [full | rows | compact]

Needs python-socketio[asyncio_client] 5. With asyncio the events come in their order; socketio.Client has a thread for each.
"""
import asyncio
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
client = socketio.AsyncClient(reconnection_delay=0.5, reconnection_delay_max=2)
held = None
waiting = False


async def subscribe():
    """With the version that is held: the server sends what has changed since, or a snapshot."""
    global waiting
    waiting = True
    have = {"have": held["version"]} if held else {}
    await client.emit("subscribe", {"type": "chain", "symbol": symbol, "expiry": expiry, **view, **have}, callback=answered)


def answered(_):
    """What comes before the answer does not follow on `have`. What comes after it does."""
    global waiting
    waiting = False


@client.event
async def connect():
    await client.emit("unsubscribe", {"type": "general"})
    await subscribe()


@client.event
async def chain_update(chain):
    show("full", {"chain": chain})


@client.event
async def chain_snapshot(snapshot):
    global held
    if waiting:
        return
    held = snapshot
    show("snapshot", held)


@client.event
async def chain_delta(delta):
    global held
    if waiting:
        return
    if following := apply(held, delta):
        held = following
        show("delta", held)
    else:
        await subscribe()


def show(how, state):
    chain = state["chain"]
    puts = {row["strike"]: row.get("last") for row in rows_of(state, "puts")}
    lines = [f"{row['strike']} {text(row.get('last'))} {text(puts.get(row['strike']))}" for row in rows_of(state, "calls")]
    print(f"{chain['product']} {chain['expiry']} spot {chain['spot_price']} ({how})", *lines, "", sep="\n", flush=True)


def text(value):
    return "-" if value is None else value


async def main():
    await client.connect(url, transports=["websocket"])
    # Not client.wait(): in some releases it returns after a quick reconnect.
    await asyncio.Event().wait()


client.on("error", lambda error: print(error["message"], file=sys.stderr))
asyncio.run(main())
