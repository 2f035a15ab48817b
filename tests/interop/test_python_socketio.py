"""Debian's python3-socketio against the conformance host and the gateway, on each transport.

The servers are started here on free ports unless CONFORMANCE_URL or GATEWAY_URL name ones that run already.
"""
import asyncio
import os
import pathlib
import socket
import subprocess
import time
import unittest
import urllib.request

import socketio

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIGURATION = os.environ.get("DELTASTREAM_CONFIGURATION", "Debug")
PATIENCE = 30
# The host's heartbeat is made for conformance suites: a busy machine gets a longer one.
TIME_FACTOR = "5"
MODES = {"websocket": ["websocket"], "polling": ["polling"], "upgrade": ["polling", "websocket"]}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def dll(folder, project):
    return ROOT / folder / project / "bin" / CONFIGURATION / "net10.0" / f"{project}.dll"


def start(*command, **variables):
    inherited = {k: v for k, v in os.environ.items() if k not in ("ASPNETCORE_URLS", "DOTNET_ENVIRONMENT", "REDIS_URL")}
    return subprocess.Popen([str(part) for part in command], env=inherited | variables,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def until(condition, what):
    end = time.monotonic() + PATIENCE
    while True:
        try:
            if condition():
                return
        except OSError:
            pass
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)


def answers(url):
    with urllib.request.urlopen(url, timeout=5) as response:
        return response.status == 200


class Server:
    """Processes that end with the tests."""

    def __init__(self):
        self.processes = []

    def run(self, *command, **variables):
        self.processes.append(start(*command, **variables))

    def stop(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()

    def conformance_host(self):
        if url := os.environ.get("CONFORMANCE_URL"):
            return url
        port = free_port()
        self.run("dotnet", dll("tests", "DeltaStream.ConformanceHost"), PORT=str(port), TIME_FACTOR=TIME_FACTOR)
        url = f"http://127.0.0.1:{port}"
        until(lambda: answers(f"{url}/engine.io/?EIO=4&transport=polling"), "the conformance host")
        return url

    def gateway(self):
        if url := os.environ.get("GATEWAY_URL"):
            return url
        redis, port = free_port(), free_port()
        self.run("redis-server", "--port", str(redis), "--save", "", "--appendonly", "no")
        node = dll("src", "DeltaStream.Node")
        self.run("dotnet", node, PORT=str(port), CLUSTER_PORT=str(free_port()), CORS_ORIGINS="*",
                 REDIS_URL=f"redis://127.0.0.1:{redis}", HOCON_FILE=str(node.parent / "hocon" / "test.conf"))
        url = f"http://127.0.0.1:{port}"
        until(lambda: answers(f"{url}/health/ready"), "the gateway")
        return url


class Recorder:
    """What a client has heard: event names and their arguments, in order."""

    def __init__(self, client, *names, namespace="/"):
        self.events = []
        for name in names:
            client.on(name, self._handler(name), namespace=namespace)

    def _handler(self, name):
        return lambda *args: self.events.append((name, *args))

    def of(self, name):
        return [event[1:] for event in self.events if event[0] == name]


class ConformanceHostTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)
        cls.url = cls.server.conformance_host()

    def connect(self, mode, **options):
        client = socketio.Client(reconnection=False)
        heard = Recorder(client, "auth", "message-back")
        client.connect(self.url, transports=MODES[mode], wait_timeout=10, **options)
        self.addCleanup(client.disconnect)
        return client, heard

    def test_connects_with_a_payload(self):
        for mode in MODES:
            with self.subTest(mode):
                client, heard = self.connect(mode, auth={"token": "ü"})
                until(lambda: heard.of("auth"), "auth")
                self.assertEqual([({"token": "ü"},)], heard.of("auth"))
                self.assertNotEqual(client.get_sid(), client.eio.sid)

    def test_gets_text_and_binary_back(self):
        for mode in MODES:
            with self.subTest(mode):
                client, heard = self.connect(mode)
                client.emit("message", (1, "zwei ✓", None, {"deep": [b"\x00\x01\xff"]}, b"\x02" * 50_000))
                until(lambda: heard.of("message-back"), "message-back")
                self.assertEqual([(1, "zwei ✓", None, {"deep": [b"\x00\x01\xff"]}, b"\x02" * 50_000)], heard.of("message-back"))

    def test_is_acknowledged(self):
        for mode in MODES:
            with self.subTest(mode):
                client, _ = self.connect(mode)
                self.assertEqual(("a", 1), client.call("message-with-ack", ("a", 1), timeout=10))
                self.assertEqual(b"\x00b", client.call("message-with-ack", b"\x00b", timeout=10))

    def test_gets_200_messages_back_in_order(self):
        for mode in MODES:
            with self.subTest(mode):
                client, heard = self.connect(mode)
                for i in range(200):
                    client.emit("message", i)
                until(lambda: len(heard.of("message-back")) >= 200, "200 messages")
                self.assertEqual([(i,) for i in range(200)], heard.of("message-back"))

    def test_stays_connected_through_heartbeats(self):
        for mode in MODES:
            with self.subTest(mode):
                client, _ = self.connect(mode)
                time.sleep(3.5)
                self.assertTrue(client.connected)
                self.assertEqual("there", client.call("message-with-ack", "there", timeout=10))
                self.assertEqual("polling" if mode == "polling" else "websocket", client.transport())

    def test_joins_a_second_namespace_and_leaves_it(self):
        for mode in MODES:
            with self.subTest(mode):
                client = socketio.Client(reconnection=False)
                custom = Recorder(client, "auth", namespace="/custom")
                client.connect(self.url, transports=MODES[mode], namespaces=["/", "/custom"], wait_timeout=10)
                self.addCleanup(client.disconnect)
                until(lambda: custom.of("auth"), "auth in /custom")
                self.assertEqual("still there", client.call("message-with-ack", "still there", timeout=10))

    def test_is_refused_an_unknown_namespace(self):
        for mode in MODES:
            with self.subTest(mode):
                client = socketio.Client(reconnection=False)
                heard = Recorder(client, "connect_error", namespace="/random")
                with self.assertRaises(socketio.exceptions.ConnectionError):
                    client.connect(self.url, transports=MODES[mode], namespaces=["/random"], wait_timeout=1)
                self.assertEqual([({"message": "Invalid namespace"},)], heard.of("connect_error"))

    def test_the_asyncio_client_echoes_too(self):
        async def talk(mode):
            client = socketio.AsyncClient(reconnection=False)
            await client.connect(self.url, transports=MODES[mode], wait_timeout=10)
            answer = await client.call("message-with-ack", ("ü", b"\x01"), timeout=10)
            await client.disconnect()
            return answer

        for mode in MODES:
            with self.subTest(mode):
                self.assertEqual(("ü", b"\x01"), asyncio.run(talk(mode)))


class GatewayTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)
        cls.url = cls.server.gateway()

    def test_is_greeted_subscribes_and_asks_for_products(self):
        for mode in MODES:
            with self.subTest(mode):
                client = socketio.Client(reconnection=False)
                heard = Recorder(client, "connected", "subscribed", "unsubscribed", "products", "error")
                client.connect(self.url, transports=MODES[mode], wait_timeout=10)
                self.addCleanup(client.disconnect)
                until(lambda: heard.of("connected"), "connected")
                self.assertEqual(client.get_sid(), heard.of("connected")[0][0]["client_id"])

                room = {"type": "product", "symbol": "NIFTY"}
                self.assertEqual({"status": "ok", "room": "product:NIFTY"}, client.call("subscribe", room, timeout=10))
                until(lambda: heard.of("subscribed"), "subscribed")
                self.assertEqual({"status": "ok", "room": "product:NIFTY"}, client.call("unsubscribe", room, timeout=10))
                until(lambda: heard.of("unsubscribed"), "unsubscribed")
                client.emit("get_products")
                until(lambda: heard.of("products"), "products")
                self.assertIsInstance(heard.of("products")[0][0]["products"], list)
                self.assertEqual("missing_field", client.call("subscribe", {}, timeout=10)["code"])
                until(lambda: heard.of("error"), "error")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
