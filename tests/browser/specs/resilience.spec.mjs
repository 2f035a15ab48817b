import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launch, openPage, whenLive } from "../lib/browser.mjs";
import { Gateway } from "../lib/gateway.mjs";
import { until } from "../lib/waiting.mjs";

describe("when the node goes away", () => {
  let gateway, browser;

  before(async () => {
    gateway = await Gateway.start();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await gateway?.kill();
  });

  it("says so, comes back by itself, and is in the same rooms again", async () => {
    const { page, faults } = await openPage(browser, gateway.url);
    await whenLive(page);
    await page.locator('[data-symbol="TCS"] .price-follow').click();
    await until("it is followed", async () => await page.locator('[data-room="product:TCS"][data-state="joined"]').count() === 1);
    const rooms = await page.locator("#rooms .room-name").allInnerTexts();

    await gateway.kill();
    await until("the page says so", async () => await page.locator("#connection").innerText() === "Reconnecting");
    assert.equal(await page.locator("#feed").innerText(), "Unknown");
    assert.equal(await page.locator("body[data-offline]").count(), 1);

    await gateway.start();
    await until("the page is back", async () => await page.locator("#connection").innerText() === "Connected", 30);
    await until("the feed is live", async () => await page.locator("#feed").innerText() === "Live");
    await until("all rooms are joined", async () => await page.locator('.room[data-state="joined"]').count() === rooms.length);
    assert.deepEqual(await page.locator("#rooms .room-name").allInnerTexts(), rooms);
    const before = JSON.stringify(await page.locator("#strikes .ltp").allInnerTexts());
    await until("the chain moves", async () => JSON.stringify(await page.locator("#strikes .ltp").allInnerTexts()) !== before);

    // The browser itself reports each attempt that found nobody; nothing else may be in the console.
    assert.deepEqual(faults.filter(fault => !/WebSocket connection to .* failed/.test(fault)), []);
  });
});
