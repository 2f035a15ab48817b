import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launch, openPage, whenLive } from "../lib/browser.mjs";
import { Gateway } from "../lib/gateway.mjs";
import { publish } from "../lib/redis.mjs";
import { until } from "../lib/waiting.mjs";

const MARKUP = "<img src=x onerror=\"document.title='owned'\">";

describe("names and values that mean harm", () => {
  let gateway, browser, opened, page;

  before(async () => {
    gateway = await Gateway.start();
    browser = await launch();
    opened = await openPage(browser, gateway.url);
    page = opened.page;
    await whenLive(page);
  });
  after(async () => {
    await browser?.close();
    await gateway?.kill();
  });

  const underlying = (product, price) => publish(gateway.redisPort, "enriched:underlying", { product, price, timestamp: "2026-11-24T10:00:00" });
  const chain = fields => publish(gateway.redisPort, "enriched:option_chain", {
    product: "BAD", expiry: "2031-01-02", spot_price: 100, pcr_oi: 1, max_pain_strike: 100, timestamp: "2026-11-24T10:00:00", calls: [], puts: [], ...fields,
  });
  const shows = (symbol, price) => until(`${symbol} at ${price}`, async () => {
    const row = page.locator("#prices .price").filter({ has: page.locator(".price-symbol", { hasText: new RegExp(`^${symbol}$`) }) });
    return await row.count() === 1 && (await row.locator(".price-last").innerText()).includes(price);
  });

  // What a symbol may be leaves &, / and words; an entity needs no semicolon to become markup where text is not kept text.
  for (const name of ["&ltimg src", "__proto__", "constructor", "A/B &amp C"]) {
    it(`shows the product ${name} as the text that it is`, async () => {
      await underlying(name, 123.45);
      await shows(name, "123.45");
      await underlying(name, 124.5);
      await shows(name, "124.50");
    });
  }

  it("shows no markup from the fields of a chain, of which nobody validates the quotes", async () => {
    await underlying("BAD", 100);
    await chain({
      atm_straddle_price: MARKUP,
      calls: [{ strike: 100, last: MARKUP, iv: MARKUP, volume: MARKUP, open_interest: MARKUP }, { strike: MARKUP }, null, "quote", { strike: 110, last: 3 }],
      puts: [{ strike: null }, 7],
    });
    await shows("BAD", "100.00");
    await page.locator('[data-symbol="BAD"] .price-open').click();
    await until("its chain", async () => await page.locator("#strikes tr").count() === 2);

    assert.equal(await page.locator('[data-strike="100"] .call.ltp').innerText(), "–");
    assert.equal(await page.locator('[data-strike="110"] .call.ltp').innerText(), "3.00");
    assert.equal(await page.locator("main img").count(), 0);
    assert.notEqual(await page.title(), "owned");
  });

  it("keeps going after what no page can show", async () => {
    await publish(gateway.redisPort, "enriched:underlying", "{\"product\": \"NIFTY\", \"price\": NaN, \"timestamp\": \"x\"}");
    await publish(gateway.redisPort, "enriched:underlying", "not json");
    await underlying(MARKUP, 1);
    await underlying("AFTER", 7);
    await shows("AFTER", "7.00");
    assert.equal(await page.locator(".price-symbol", { hasText: "<" }).count(), 0);
  });

  it("needed nothing from elsewhere and put nothing in the console", () => assert.deepEqual(opened.faults, []));
});
