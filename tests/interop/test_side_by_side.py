"""A Flask-SocketIO gateway and this one on one Redis, a stock client on each: neither disturbs the other."""
import json
import pathlib
import sys
import unittest

import redis
import socketio

from servers import Recorder, Server, free_port, until

NEAR, FAR = "2026-11-26", "2026-12-31"
EVENTS = ("connected", "subscribed", "underlying_update", "chain_update", "chain_summary", "error")


def price(number):
    return {"product": "NIFTY", "price": number, "timestamp": "2026-11-25T10:00:00", "volume": 7}


def chain(expiry, number):
    return {"product": "NIFTY", "expiry": expiry, "spot_price": number, "pcr_oi": 1.5, "max_pain_strike": 100,
            "timestamp": "2026-11-25T10:00:00", "calls": [{"strike": 100}], "puts": [{"strike": 100}]}


class SideBySideTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)
        port, flask = cls.server.redis(), free_port()
        cls.redis = redis.Redis(port=port)
        cls.server.run(sys.executable, pathlib.Path(__file__).with_name("flask_gateway.py"), str(flask), str(port))
        cls.gateway, cls.flask = cls.server.gateway(port), f"http://127.0.0.1:{flask}"
        until(lambda: cls.redis.pubsub_numsub("enriched:underlying")[0][1] == 1, "the Flask gateway listens")
        until(lambda: cls.redis.pubsub_numpat() == 1, "the gateway listens")

    def connect(self, url):
        client = socketio.Client(reconnection=False)
        heard = Recorder(client, *EVENTS)
        client.connect(url, transports=["polling"], wait_timeout=10)
        self.addCleanup(client.disconnect)
        until(lambda: heard.of("connected"), f"connected to {url}")
        for kind in ("product", "chain"):
            client.emit("subscribe", {"type": kind, "symbol": "NIFTY"})
        until(lambda: len(heard.of("subscribed")) == 2, f"subscribed at {url}")
        return heard

    def publish(self, channel, message):
        self.assertEqual(2, self.redis.publish(f"enriched:{channel}", json.dumps(message)))

    def test_the_same_clients_get_the_same_updates_from_either_and_both_keep_the_same_keys(self):
        ours, theirs = self.connect(self.gateway), self.connect(self.flask)
        for number in range(1, 21):
            self.publish("underlying", price(number))
            until(lambda: (price(number),) in ours.of("underlying_update"), f"price {number} from the gateway")
            until(lambda: (price(number),) in theirs.of("underlying_update"), f"price {number} from Flask")
        for number, expiry in enumerate((NEAR, FAR), 1):
            self.publish("option_chain", chain(expiry, number))
            until(lambda: (chain(expiry, number),) in ours.of("chain_update"), f"chain {number} from the gateway")
            until(lambda: (chain(expiry, number),) in theirs.of("chain_update"), f"chain {number} from Flask")

        # One copy here, one for each room there. (Each message has a thread of its own in this client.)
        until(lambda: len(theirs.of("underlying_update")) == 2 * 20, "every copy from Flask")
        self.assertEqual([(price(number),) for number in range(1, 21)], ours.of("underlying_update"))
        for heard in (ours, theirs):
            until(lambda: len(heard.of("chain_summary")) == 2, "both summaries")
            self.assertEqual([(chain(NEAR, 1),), (chain(FAR, 2),)], heard.of("chain_update"))
            self.assertEqual([1, 2], [summary["spot_price"] for summary, in heard.of("chain_summary")])
            self.assertEqual([], heard.of("error"))

        # Either's values under the keys that both write; who joins later finds them, the expiries side by side only here.
        self.assertEqual(chain(FAR, 2), json.loads(self.redis.get("latest:chain:NIFTY")))
        self.assertEqual(price(20), json.loads(self.redis.get("latest:underlying:NIFTY")))
        late = self.connect(self.gateway)
        until(lambda: len(late.of("chain_update")) == 2, "both expiries")
        self.assertEqual({NEAR, FAR}, {update["expiry"] for update, in late.of("chain_update")})
        until(lambda: late.of("underlying_update"), "the price")
        self.assertEqual([(price(20),)], late.of("underlying_update"))

    def test_a_value_that_only_the_other_has_kept_is_served(self):
        self.redis.setex("latest:underlying:SENSEX", 60, json.dumps(price(3) | {"product": "SENSEX"}))
        client = socketio.Client(reconnection=False)
        heard = Recorder(client, "underlying_update")
        client.connect(self.gateway, transports=["polling"], wait_timeout=10)
        self.addCleanup(client.disconnect)
        client.emit("subscribe", {"type": "product", "symbol": "SENSEX"})
        until(lambda: heard.of("underlying_update"), "the value")
        self.assertEqual("SENSEX", heard.of("underlying_update")[0][0]["product"])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
