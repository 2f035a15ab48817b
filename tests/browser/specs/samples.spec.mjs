// The sample page, served as any web server would serve it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { launch } from "../lib/browser.mjs";
import { Gateway } from "../lib/gateway.mjs";
import { publish } from "../lib/redis.mjs";
import { until } from "../lib/waiting.mjs";

const folder = fileURLToPath(new URL("../../../samples/clients/javascript/", import.meta.url));
const types = { html: "text/html", js: "text/javascript" };
const strikes = Array.from({ length: 31 }, (_, i) => 20_000 + 50 * i);

describe("the sample page", () => {
  let gateway, browser, server;

  before(async () => {
    gateway = await Gateway.start({ CORS_ORIGINS: "*" });
    browser = await launch();
    server = createServer(async (request, response) => {
      const name = /^\/(\w+\.(html|js))\b/.exec(request.url);
      response.writeHead(name ? 200 : 404, { "Content-Type": types[name?.[2]] ?? "text/plain" });
      response.end(name && await readFile(folder + name[1]));
    });
    await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
  });
  after(async () => {
    server?.close();
    await browser?.close();
    await gateway?.kill();
  });

  for (const view of ["full", "rows", "compact"]) {
    it(`shows prices and a chain (${view}), before and after a lost connection`, async () => {
      const symbol = `PAGE-${view}`;
      const page = await browser.newPage();
      const faults = [];
      page.on("pageerror", error => faults.push(String(error)));
      const sockets = [];
      page.on("websocket", socket => sockets.push(socket));
      await page.goto(`http://127.0.0.1:${server.address().port}/index.html?url=${gateway.url.replace("http", "ws")}/ws&symbol=${symbol}&expiry=2030-01-31&view=${view}`);
      const chain = async (spot, last) => {
        await publish(gateway.redisPort, "enriched:underlying", { product: symbol, price: spot });
        const quotes = strikes.map(strike => ({ strike, last: strike === 20_700 ? last : 1.25 }));
        await publish(gateway.redisPort, "enriched:option_chain", { product: symbol, expiry: "2030-01-31", spot_price: spot, calls: quotes, puts: quotes.slice(1) });
      };
      const shows = async (spot, last) => {
        const shown = strikes.filter(strike => view === "full" || Math.abs(strike - Math.round(spot / 50) * 50) <= 250);
        const rows = shown.map(strike => [strike === 20_700 ? last : 1.25, strike, strike === 20_000 ? "-" : strike === 20_700 ? last : 1.25].join("\t"));
        await until(`the chain at ${spot}`, async () =>
          (await page.locator("#chain").innerText()).includes(`spot ${spot} `) && (await page.locator("#strikes tr").allInnerTexts()).join() === rows.join()
          && (await page.locator("#prices tr").allInnerTexts()).includes(`${symbol}\t${spot}`));
      };
      await until("it is live", async () => await page.locator("#state").innerText() === "Live");
      await chain(20_700, 1.5);
      await shows(20_700, 1.5);
      await chain(20_800, 1.75);
      await shows(20_800, 1.75);

      if (view === "compact") {
        await gateway.kill();
        await until("it says so", async () => await page.locator("#state").innerText() === "Reconnecting");
        await gateway.start();
        await until("it is back", async () => await page.locator("#state").innerText() === "Live");
        await chain(20_810, 2);
        await shows(20_810, 2);
        assert.ok(sockets.length > 1);
      }
      assert.deepEqual(faults, []);
      await page.close();
    });
  }
});
