import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { after, before, beforeEach, afterEach, describe, it } from "node:test";
import { launch, openPage, whenLive } from "../lib/browser.mjs";
import { Gateway } from "../lib/gateway.mjs";
import { publish } from "../lib/redis.mjs";
import { until } from "../lib/waiting.mjs";

describe("the live page", () => {
  let gateway, browser, opened, page;

  before(async () => {
    gateway = await Gateway.start();
    browser = await launch();
  });
  beforeEach(async () => {
    opened = await openPage(browser, gateway.url);
    page = opened.page;
    await whenLive(page);
  });
  afterEach(async () => {
    assert.deepEqual(opened.faults, []);
    await opened.close();
  });
  after(async () => {
    await browser?.close();
    await gateway?.kill();
  });

  const price = symbol => page.locator(`[data-symbol="${symbol}"] .price-last`).innerText();
  const rooms = () => page.locator("#rooms .room-name").allInnerTexts();
  const quotes = () => page.locator("#strikes .ltp").allInnerTexts();
  const changes = async read => {
    const first = JSON.stringify(await read());
    await until("it changes", async () => JSON.stringify(await read()) !== first);
  };
  const rests = async (read, updatesElsewhere) => {
    const first = JSON.stringify(await read());
    for (let i = 0; i < 3; i++) await changes(updatesElsewhere);
    assert.equal(JSON.stringify(await read()), first);
  };

  it("says which markets are open, and any other status in the producer's words", async () => {
    const word = market => page.locator("#markets .market").filter({ hasText: market });
    await until("the simulated market", async () => await word("DEMO").count() === 1);
    assert.equal(await word("DEMO").innerText(), "DEMO open");
    assert.equal(await word("DEMO").getAttribute("data-state"), "open");
    await publish(gateway.redisPort, "enriched:market_status", { market: "A-MARKET", status: "pre_open" });
    await until("the other one, before it by name", async () => await page.locator("#markets .market").first().innerText() === "A-MARKET pre open");
    assert.equal(await word("A-MARKET").getAttribute("data-state"), "other");
  });

  it("shows prices that move, with an arrow and a chart", async () => {
    await until("ten products", async () => await page.locator("#prices .price").count() >= 10);
    await changes(() => price("NIFTY"));

    await until("an arrow for every product", async () => {
      const arrows = await page.locator("#prices .price-arrow").allInnerTexts();
      return arrows.every(arrow => ["▲", "▼"].includes(arrow));
    });
    // A chart needs two points, which are at least 0.6 s apart: the arrows may be there before it.
    await until("a chart", () => page.locator('[data-symbol="NIFTY"] canvas').evaluate(canvas => {
      // Read from a copy that is made to be read: the browser warns of a canvas on the page that is read again and again.
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
      copy.drawImage(canvas, 0, 0);
      return copy.getImageData(0, 0, canvas.width, canvas.height).data.some(value => value !== 0);
    }));
  });

  it("says since when a price's change counts", async () => {
    assert.ok(await page.getByText("Change since the page opened").isVisible());
  });

  it("says that the prices are simulated, that it is connected, that the feed is live, and how much comes", async () => {
    assert.ok(await page.getByText("Simulated prices").isVisible());
    assert.equal(await page.locator("#connection").innerText(), "Connected");
    assert.equal(await page.locator("#feed").innerText(), "Live");
    await until("a message rate", async () => Number(await page.locator("#rate").innerText()) > 5);
  });

  it("shows the chain of the nearest expiry with the strike nearest to the spot marked", async () => {
    const expiries = await page.locator("#expiries input").evaluateAll(inputs => inputs.map(input => ({ value: input.value, checked: input.checked })));
    assert.deepEqual(expiries.map(expiry => expiry.checked), expiries.map((_, index) => index === 0));
    assert.deepEqual(expiries.map(expiry => expiry.value), expiries.map(expiry => expiry.value).sort());

    const state = await page.evaluate(() => {
      const number = text => Number(text.replaceAll(",", ""));
      const spot = number([...document.querySelectorAll("#figures dt")].find(name => name.textContent === "Spot").nextElementSibling.textContent);
      const strikes = [...document.querySelectorAll("#strikes tr")].map(row => Number(row.dataset.strike));
      const marked = [...document.querySelectorAll("#strikes .at-money")].map(row => Number(row.dataset.strike));
      return { spot, strikes, marked };
    });
    const nearest = state.strikes.reduce((best, strike) => (Math.abs(strike - state.spot) < Math.abs(best - state.spot) ? strike : best));
    assert.deepEqual(state.marked, [nearest]);
    assert.match(await page.locator("#strikes .at-money .mark").innerText(), /at the money/);
    assert.equal(state.strikes.length, 21);
  });

  it("shows open interest as bars, the longest for the most", async () => {
    const cells = await page.locator("#strikes .oi").evaluateAll(cells => cells.map(cell => Number(cell.style.getPropertyValue("--share"))));
    assert.equal(Math.max(...cells), 1);
    assert.ok(cells.filter(share => share > 0).length > 20);
  });

  it("moves a few strikes of the chain at a time", () => changes(quotes));

  it("shows more strikes when asked", async () => {
    await page.locator("#span .chip", { hasText: "All" }).click();
    await until("all strikes", async () => await page.locator("#strikes tr").count() > 100);
  });

  it("changes the expiry and leaves the room of the one before", async () => {
    const before = await quotes();
    await page.locator("#expiries .chip").nth(1).click();
    await until("another chain", async () => await page.locator("#strikes tr").count() === 21 && JSON.stringify(await quotes()) !== JSON.stringify(before));

    const second = await page.locator("#expiries input").nth(1).inputValue();
    assert.deepEqual(await rooms(), ["general", `chain:NIFTY:${second}`]);
  });

  it("changes the product from the list of prices", async () => {
    await page.locator('[data-symbol="M&M"] .price-open').click();
    await until("the chain of M&M", async () => Number(await page.locator("#strikes tr").first().getAttribute("data-strike")) < 1000);

    assert.equal(await page.locator("#product").inputValue(), "M&M");
    assert.ok((await rooms())[1].startsWith("chain:M&M:"));
  });

  it("stops the chain on unsubscribe and goes on when asked", async () => {
    const chain = (await rooms())[1];
    await page.locator(`[data-room="${chain}"] .room-leave`).click();
    await until("the chain says that it rests", () => page.locator("#resume").isVisible());
    await rests(quotes, () => price("NIFTY"));

    await page.locator("#resume").click();
    await changes(quotes);
    assert.ok((await rooms()).includes(chain));
  });

  it("without general only the products that are followed move", async () => {
    await page.locator('[data-symbol="TCS"] .price-follow').click();
    await until("it is followed", async () => (await rooms()).includes("product:TCS"));
    await page.locator('[data-room="general"] .room-leave').click();
    await until("general is left", async () => !(await rooms()).includes("general"));
    await changes(() => price("TCS"));

    await rests(() => price("BANKNIFTY"), () => price("TCS"));
  });

  it("joins a room by its form and says what the gateway refuses", async () => {
    await page.locator("#join-symbol").fill("INFY");
    await page.locator("#join button").click();
    await until("it is joined", async () => (await rooms()).includes("product:INFY"));

    await page.locator("#join-type").selectOption("chain");
    await page.locator("#join-expiry").fill("tomorrow");
    await page.locator("#join button").click();
    await until("it is refused", async () => (await page.locator("#join-answer[data-bad]").innerText()).length > 0);
    assert.match(await page.locator("#join-answer").innerText(), /"tomorrow"/);
    assert.ok(!(await rooms()).some(room => room.includes("tomorrow")));

    await page.locator("#join-type").selectOption("product");
    await page.locator("#join-symbol").fill("infy");
    await page.locator("#join button").click();
    await until("it says that there is no such product", async () => (await page.locator("#join-answer").innerText()).endsWith("product:infy: nothing is known under that name yet"));
  });

  it("is served with headers that keep it to itself", async () => {
    const { headers } = await fetch(gateway.url);
    assert.match(headers.get("content-security-policy"), /default-src 'none'.*frame-ancestors 'none'/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("cache-control"), "no-cache");
  });

  it("loads its modules at once, not one after the other", async () => {
    const modules = await readdir(new URL("../../../src/DeltaStream.Node/wwwroot/js/", import.meta.url));
    const preloaded = await page.locator('link[rel="modulepreload"]').evaluateAll(links => links.map(link => link.getAttribute("href")));
    assert.deepEqual([...preloaded, "js/main.js"].sort(), modules.map(module => `js/${module}`).sort());
  });

  it("finds a product", async () => {
    await page.locator("#find").fill("nif");
    await until("only those that match", async () => {
      const symbols = await page.locator("#prices .price-symbol").allInnerTexts();
      return symbols.length === 3 && symbols.every(symbol => symbol.includes("NIF"));
    });
  });

  it("works with the keyboard alone", async () => {
    await page.locator('[data-symbol="SENSEX"] .price-open').focus();
    await page.keyboard.press("Enter");
    await until("the chain of SENSEX", async () => await page.locator("#product").inputValue() === "SENSEX" && await page.locator("#strikes tr").count() > 0);
    await page.locator("#expiries input").first().focus();
    await page.keyboard.press("ArrowRight");
    await until("the next expiry", async () => (await rooms())[1] === `chain:SENSEX:${await page.locator("#expiries input").nth(1).inputValue()}`);
  });
});
