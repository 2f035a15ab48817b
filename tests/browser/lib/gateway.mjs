// A real node as a process, with its embedded server and simulated market.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { freePort, until } from "./waiting.mjs";

const configuration = process.env.DELTASTREAM_CONFIGURATION ?? "Debug";
const dll = fileURLToPath(new URL(`../../../src/DeltaStream.Node/bin/${configuration}/net10.0/DeltaStream.Node.dll`, import.meta.url));

/** Where screenshots and logs go, to be looked at; not part of the repository. */
export const artifacts = fileURLToPath(new URL("../artifacts/", import.meta.url));

export class Gateway {
  #process = null;
  #log = "";
  #ports;
  #variables;

  static async start(variables = {}) {
    const gateway = new Gateway();
    gateway.#variables = variables;
    gateway.#ports = { http: await freePort(), cluster: await freePort() };
    await gateway.start();
    return gateway;
  }

  get url() {
    return `http://127.0.0.1:${this.#ports.http}`;
  }

  /** Starts it, again on the same ports; ready when it is a member and the feed is live. */
  async start() {
    this.#log = "";
    this.#process = spawn("dotnet", [dll], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env, DEMO_FEED: "on", PORT: this.#ports.http, CLUSTER_PORT: this.#ports.cluster, EMBEDDED_REDIS_PORT: 0, ASPNETCORE_ENVIRONMENT: "Production", AUTH_ALLOW_ANONYMOUS: "true", REDIS_URL: "",
        DOTNET_gcServer: "0", ...this.#variables,
      },
    });
    this.#process.stdout.on("data", text => this.#keep(text));
    this.#process.stderr.on("data", text => this.#keep(text));
    try {
      await until("the node is ready and its feed live", async () => {
        if (this.#process.exitCode !== null) throw new Error(`it ended with ${this.#process.exitCode}`);
        const health = await (await fetch(`${this.url}/health`)).json();
        return health.status === "healthy" && health.feed === "live";
      }, 60);
    } catch (error) {
      await this.kill();
      throw new Error(`${error.message}\n${this.#log}`);
    }
  }

  /** The port of the embedded server, which the node tells in its log. */
  get redisPort() {
    return Number(/redis:\/\/127\.0\.0\.1:(\d+)/.exec(this.#log)[1]);
  }

  /** Ends it as a crash would; what it logged stays beside the screenshots. */
  async kill() {
    await mkdir(artifacts, { recursive: true });
    await writeFile(`${artifacts}gateway-${this.#ports.http}.log`, this.#log);
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await gone;
  }

  #keep(text) {
    this.#log = (this.#log + text).slice(-400_000);
  }
}
