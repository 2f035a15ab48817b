"""What the Python clients are run against, and how they listen.

The servers are started on free ports unless CONFORMANCE_URL or GATEWAY_URL name ones that run already.
"""
import os
import pathlib
import socket
import subprocess
import time
import urllib.request

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

    def terminate(self):
        """Asks the last one to stop, as an orchestrator does, and waits for its end."""
        process = self.processes[-1]
        process.terminate()
        return process.wait(PATIENCE)

    def conformance_host(self):
        if url := os.environ.get("CONFORMANCE_URL"):
            return url
        port = free_port()
        self.run("dotnet", dll("tests", "DeltaStream.ConformanceHost"), PORT=str(port), TIME_FACTOR=TIME_FACTOR)
        url = f"http://127.0.0.1:{port}"
        until(lambda: answers(f"{url}/engine.io/?EIO=4&transport=polling"), "the conformance host")
        return url

    def redis(self):
        """A redis-server's port."""
        port = free_port()
        self.run("redis-server", "--port", str(port), "--save", "", "--appendonly", "no")
        until(lambda: socket.create_connection(("127.0.0.1", port), timeout=1).close() is None, "redis-server")
        return port

    def gateway(self, redis=None, **variables):
        if url := os.environ.get("GATEWAY_URL"):
            return url
        redis = redis or self.redis()
        variables = {"PORT": str(free_port()), "AUTH_ALLOW_ANONYMOUS": "true", "DRAIN_DELAY_SECONDS": "0"} | variables
        node = dll("src", "DeltaStream.Node")
        self.run("dotnet", node, CLUSTER_PORT=str(free_port()), CORS_ORIGINS="*",
                 REDIS_URL=f"redis://127.0.0.1:{redis}", HOCON_FILE=str(node.parent / "hocon" / "test.conf"), **variables)
        url = f"http://127.0.0.1:{variables['PORT']}"
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
