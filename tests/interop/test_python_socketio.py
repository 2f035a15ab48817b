"""Debian's python3-socketio against the conformance host and the gateway, on each transport."""
import asyncio
import base64
import hmac
import json
import time
import unittest

import socketio

from servers import MODES, PATIENCE, Recorder, Server, until


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

    def test_gets_200_messages_back(self):
        """Each once. Their order is the next test's: this client hands every message to a thread of its own."""
        for mode in MODES:
            with self.subTest(mode):
                client, heard = self.connect(mode)
                for i in range(200):
                    client.emit("message", i)
                until(lambda: len(heard.of("message-back")) >= 200, "200 messages")
                self.assertEqual([(i,) for i in range(200)], sorted(heard.of("message-back")))

    def test_the_asyncio_client_gets_200_messages_back_in_order(self):
        async def talk(mode):
            client, all_here = socketio.AsyncClient(reconnection=False), asyncio.Event()
            numbers = []

            @client.on("message-back")
            async def heard(number):
                numbers.append(number)
                if len(numbers) == 200:
                    all_here.set()

            await client.connect(self.url, transports=MODES[mode], wait_timeout=10)
            for i in range(200):
                await client.emit("message", i)
            await asyncio.wait_for(all_here.wait(), PATIENCE)
            await client.disconnect()
            return numbers

        for mode in MODES:
            with self.subTest(mode):
                self.assertEqual(list(range(200)), asyncio.run(talk(mode)))

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
                self.assertEqual({"status": "ok", "room": "product:NIFTY", "values": 0}, client.call("subscribe", room, timeout=10))
                until(lambda: heard.of("subscribed"), "subscribed")
                self.assertEqual({"status": "ok", "room": "product:NIFTY"}, client.call("unsubscribe", room, timeout=10))
                until(lambda: heard.of("unsubscribed"), "unsubscribed")
                client.emit("get_products")
                until(lambda: heard.of("products"), "products")
                self.assertIsInstance(heard.of("products")[0][0]["products"], list)
                self.assertEqual("missing_field", client.call("subscribe", {}, timeout=10)["code"])
                until(lambda: heard.of("error"), "error")


class TokenTests(unittest.TestCase):
    """A gateway that wants tokens."""

    SECRET = "a secret of at least thirty-two bytes"

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)
        cls.url = cls.server.gateway(AUTH_MODE="jwt", AUTH_ALLOW_ANONYMOUS="", AUTH_JWT_SECRET=cls.SECRET)

    @classmethod
    def token(cls, seconds=600, **claims):
        def encode(data):
            return base64.urlsafe_b64encode(data).rstrip(b"=")

        claims = {"user_id": 7, "exp": int(time.time()) + seconds} | claims
        signed = encode(b'{"alg":"HS256"}') + b"." + encode(json.dumps(claims).encode())
        return (signed + b"." + encode(hmac.digest(cls.SECRET.encode(), signed, "sha256"))).decode()

    def test_is_let_in_by_a_token_in_the_payload_or_in_the_header(self):
        for mode in MODES:
            for way in {"auth": {"token": self.token()}}, {"headers": {"Authorization": f"Bearer {self.token()}"}}:
                with self.subTest(mode=mode, way=list(way)):
                    client = socketio.Client(reconnection=False)
                    heard = Recorder(client, "connected", "authenticated")
                    client.connect(self.url, transports=MODES[mode], wait_timeout=10, **way)
                    self.addCleanup(client.disconnect)
                    until(lambda: heard.of("connected"), "connected")
                    self.assertEqual({"status": "ok"}, client.call("authenticate", {"token": self.token()}, timeout=10))
                    until(lambda: heard.of("authenticated"), "authenticated")

    def test_is_refused_without_a_good_one(self):
        for mode in MODES:
            for auth in None, {"token": self.token(seconds=-1)}, {"token": self.token()[:-3]}:
                with self.subTest(mode=mode, auth=auth):
                    client = socketio.Client(reconnection=False)
                    heard = Recorder(client, "connect_error")
                    with self.assertRaises(socketio.exceptions.ConnectionError):
                        client.connect(self.url, transports=MODES[mode], auth=auth, wait_timeout=2)
                    self.assertEqual({"code": "unauthorized"}, heard.of("connect_error")[0][0]["data"])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
