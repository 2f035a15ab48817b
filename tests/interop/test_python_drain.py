"""Debian's python3-socketio, polling only, while its gateway is stopped as an orchestrator does and started again."""
import asyncio
import logging
import os
import threading
import time
import unittest

import socketio

from servers import Server, free_port, until

# The client for asyncio leaves its former HTTP session open when it comes back, which asyncio remarks on.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)

# Often, so that many of its POSTs meet the end of its session; below what a client may send in a second.
TALK_SECONDS = 0.03
RECONNECTS = {"reconnection_delay": 0.2, "reconnection_delay_max": 0.5}


class Idle:
    """A client that only listens: a poll of its own waits when the node stops."""

    def __init__(self, url):
        self.sids = []
        self.client = socketio.Client(**RECONNECTS)
        self.client.on("connected", lambda greeting: self.sids.append(greeting["client_id"]))
        self.client.connect(url, transports=["polling"], wait_timeout=10)

    def close(self):
        self.client.disconnect()


class Talking(Idle):
    """A client that posts all the time."""

    def __init__(self, url):
        super().__init__(url)
        self.isOpen = True
        self.thread = threading.Thread(target=self.talk)
        self.thread.start()

    def talk(self):
        while self.isOpen:
            try:
                self.client.emit("get_products")
            except socketio.exceptions.SocketIOError:
                pass  # While it is away.
            time.sleep(TALK_SECONDS)

    def close(self):
        self.isOpen = False
        self.thread.join()
        super().close()


class Asyncio:
    """The client for asyncio, on a loop of its own."""

    def __init__(self, url):
        self.sids = []
        self.isOpen = True
        self.thread = threading.Thread(target=asyncio.run, args=[self.listen(url)])
        self.thread.start()

    async def listen(self, url):
        client = socketio.AsyncClient(**RECONNECTS)
        client.on("connected", lambda greeting: self.sids.append(greeting["client_id"]))
        await client.connect(url, transports=["polling"], wait_timeout=10)
        while self.isOpen:
            await asyncio.sleep(0.05)
        await client.disconnect()

    def close(self):
        self.isOpen = False
        self.thread.join()


@unittest.skipIf(os.environ.get("GATEWAY_URL"), "stops its gateway")
class DrainTests(unittest.TestCase):
    def test_comes_back_by_itself(self):
        server, port = Server(), str(free_port())
        self.addCleanup(server.stop)
        redis = server.redis()
        url = server.gateway(redis, PORT=port, DRAIN_SECONDS="1")
        clients = []
        for kind in [Idle] * 3 + [Talking] * 6 + [Asyncio] * 3:
            clients.append(kind(url))
            self.addCleanup(clients[-1].close)
        until(lambda: all(len(client.sids) == 1 for client in clients), "all are greeted")

        self.assertEqual(0, server.terminate())
        server.gateway(redis, PORT=port)
        missing = lambda: [type(client).__name__ for client in clients if len(client.sids) < 2]
        try:
            until(lambda: not missing(), "all are back")
        except TimeoutError:
            self.fail(f"stayed away: {missing()}")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
