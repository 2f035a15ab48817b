import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launch, openPage, whenLive } from "../lib/browser.mjs";
import { Gateway } from "../lib/gateway.mjs";
import { publish } from "../lib/redis.mjs";
import { until } from "../lib/waiting.mjs";

describe("producers that write numbers and dates in other forms", () => {
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

  const underlying = (product, price) => publish(gateway.redisPort, "enriched:underlying", { product, price });
  const row = product => page.locator(`[data-symbol="${product}"]`);
  const last = (product, text) => until(`${product} at ${text}`, async () => (await row(product).locator(".price-last").innerText()).includes(text));
  const isClean = async () => assert.doesNotMatch(await page.locator("body").innerText(), /NaN|Infinity|undefined|null/);

  it("shows a price that is a text with a number, and moves with it", async () => {
    await underlying("TEXT", "24500.05");
    await last("TEXT", "24,500.05");
    await underlying("TEXT", "2.45e4");
    await last("TEXT", "24,500.00");
    assert.equal(await row("TEXT").locator(".price-arrow").innerText(), "▼");
    assert.equal(await row("TEXT").locator(".price-change").innerText(), "-0.05 (0.00%)");
    await isClean();
  });

  it("shows a price whose first value was 0 without a percentage", async () => {
    await underlying("ZERO", 0);
    await last("ZERO", "0.00");
    await underlying("ZERO", 5);
    await last("ZERO", "5.00");
    assert.equal(await row("ZERO").locator(".price-change").innerText(), "+5.00");
    await isClean();
  });

  // Each product has the same chain, with its expiry in another form.
  for (const [product, expiry] of [["MONTH", "26-Nov-2037"], ["SHORT", "26NOV2037"], ["TIME", "2037-11-26T00:00:00+05:30"], ["PLAIN", "2037-11-26"]]) {
    it(`shows a chain whose expiry is ${expiry} and whose numbers are texts`, async () => {
      const chain = {
        product, expiry, spot_price: "101.5", pcr_oi: "1.25", max_pain_strike: "110", atm_straddle_price: "7.5",
        calls: [{ strike: "100", last: "3.5", volume: "12", open_interest: "1500", iv: "0.25" }, { strike: "110", last: 1 }],
        puts: [{ strike: 100, last: "2.25", volume: null, open_interest: "500" }],
      };
      await publish(gateway.redisPort, "enriched:option_chain", chain);
      await underlying(product, "101.5");
      await row(product).locator(".price-open").click();
      await until("its chain", async () => await page.locator("#strikes tr").count() === 2 && await page.locator('[data-strike="100"] .call.ltp').innerText() === "3.50");

      assert.equal(await page.locator("#expiries input:checked").inputValue(), "2037-11-26");
      assert.equal(await page.locator('[data-strike="100"] .put.ltp').innerText(), "2.25");
      assert.equal(await page.locator('[data-strike="100"] .call.oi').innerText(), "1.50K");
      assert.match(await page.locator('[data-strike="100"] .strike').innerText(), /at the money/i);
      assert.match(await page.locator('[data-strike="110"] .strike').innerText(), /max pain/i);
      assert.deepEqual(await page.locator("#figures dd").allInnerTexts(), ["101.50", "7.50", "110", "1.25", "1.50K", "500"]);
      await isClean();

      // It goes on, in the form that the producer writes.
      chain.calls[0].last = "4.75";
      await publish(gateway.redisPort, "enriched:option_chain", chain);
      await until("the next price", async () => await page.locator('[data-strike="100"] .call.ltp').innerText() === "4.75");
    });
  }

  it("put nothing in the console", () => assert.deepEqual(opened.faults, []));
});
