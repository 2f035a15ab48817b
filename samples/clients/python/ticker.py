"""A price ticker: python3 ticker.py [url] [symbol…]. Without symbols it shows every product.

Needs python-socketio[asyncio_client] 5. With asyncio the events come in their order; socketio.Client has a thread for each.
"""
import asyncio
import sys

import socketio

url, *symbols = sys.argv[1:] or ["http://localhost:8002"]
client = socketio.AsyncClient(reconnection_delay=0.5, reconnection_delay_max=2)

# At most two prices a second of each product; the last one always comes. `status` says when a room has gone quiet.
view = {"max_rate": 2, "status": True}
rooms = [{"type": "product", "symbol": symbol, **view} for symbol in symbols] or [{"type": "general", **view}]


@client.event
async def connect():
    """On every connect: after a reconnect the server has forgotten this client's rooms."""
    await client.emit("subscribe", {"rooms": rooms, "replace": True})
    if symbols:
        await client.emit("unsubscribe", {"type": "general"})


async def main():
    await client.connect(url, transports=["websocket"])
    # Not client.wait(): in some releases it returns after a quick reconnect.
    await asyncio.Event().wait()


client.on("underlying_update", lambda update: print(update["product"], update["price"], flush=True))
client.on("room_status", lambda state: print(state["room"], state["status"], flush=True))
client.on("error", lambda error: print(error["message"], file=sys.stderr))
asyncio.run(main())
