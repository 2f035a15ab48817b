import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launch, openPage, whenLive } from "../lib/browser.mjs";
import { Gateway } from "../lib/gateway.mjs";
import { publish, publishAll } from "../lib/redis.mjs";
import { SCREENS } from "../lib/screens.mjs";
import { until } from "../lib/waiting.mjs";

const COUNT = 3000;
const name = index => `PRODUCT ${String(index).padStart(4, "0")}`;

describe("a list of thousands of products", () => {
  let gateway, browser;

  before(async () => {
    gateway = await Gateway.start();
    browser = await launch();
    const products = Array.from({ length: COUNT }, (_, index) => ({ product: name(index), price: 100 + index }));
    await publishAll(gateway.redisPort, "enriched:underlying", products);
  });
  after(async () => {
    await browser?.close();
    await gateway?.kill();
  });

  const drawn = page => page.locator("#prices .price").evaluateAll(rows => rows.map(row => row.dataset.symbol));
  const total = page => page.locator("#prices .price").first().evaluate(row => Number(row.ariaSetSize));
  const opened = async options => {
    const result = await openPage(browser, gateway.url, options);
    await whenLive(result.page);
    await until("all products", async () => await total(result.page) === COUNT + 10);
    return result;
  };

  it("is drawn where it is seen, to its end, and moves there", async () => {
    const { page, faults, close } = await opened();
    assert.ok((await drawn(page)).length < 40);
    await page.locator("#prices-scroll").evaluate(box => { box.scrollTop = box.scrollHeight; });
    await until("the last product", async () => (await drawn(page)).at(-1) === name(COUNT - 1));
    const last = page.locator(`[data-symbol="${name(COUNT - 1)}"]`);
    const [row, box] = [await last.boundingBox(), await page.locator("#prices-scroll").boundingBox()];
    assert.ok(Math.abs(row.y + row.height - box.y - box.height) < 2, "the last row ends where the list ends");
    assert.ok((await drawn(page)).length < 40);
    assert.ok(!(await drawn(page)).includes("NIFTY"));

    await publish(gateway.redisPort, "enriched:underlying", { product: name(COUNT - 1), price: 4321.5 });
    await until("its price", async () => (await last.locator(".price-last").innerText()).includes("4,321.50"));
    assert.deepEqual(faults, []);
    await close();
  });

  it("finds any of them, and has no word of rows that are not shown", async () => {
    const { page, close } = await opened();
    await page.locator("#prices-scroll").evaluate(box => { box.scrollTop = box.scrollHeight; });
    await page.locator("#find").fill("product 15");
    await until("those that match, from the first", async () => (await drawn(page))[0] === name(1500) && await total(page) === 100);
    assert.ok(await page.locator("#prices-note").isHidden());
    await close();
  });

  it("keeps the row that has the focus, and Tab goes on from it", async () => {
    const { page, close } = await opened();
    await page.locator('[data-symbol="TCS"] .price-follow').focus();
    await page.locator("#prices-scroll").evaluate(box => { box.scrollTop = 50_000; });
    await until("other rows", async () => (await drawn(page)).includes(name(890)));
    assert.equal(await page.evaluate(() => document.activeElement.closest(".price").dataset.symbol), "TCS");
    await page.locator("#prices-scroll").evaluate(box => { box.scrollTop = 0; });
    await until("the first rows", async () => (await drawn(page)).includes("NIFTY"));
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press("Tab");
      // The next rows are drawn in the frame after the scrolling that the focus causes.
      await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
    }
    assert.equal(await page.evaluate(() => document.activeElement.closest(".price").dataset.symbol), name(39));
    await close();
  });

  it("scrolls with the page on a phone, where no part has a scroll box of its own", async () => {
    const { page, faults, close } = await opened(SCREENS.phone);
    const boxes = await page.evaluate(() => [...document.querySelectorAll("main *")]
      .filter(element => ["auto", "scroll"].includes(getComputedStyle(element).overflowY) && element.scrollHeight > element.clientHeight)
      .map(element => element.id || element.className));
    assert.deepEqual(boxes, []);
    await page.evaluate(() => scrollTo(0, 50_000));
    await until("rows far down", async () => (await drawn(page)).includes(name(890)));
    assert.ok((await drawn(page)).length < 40);

    await page.getByRole("link", { name: "Chain", exact: true }).tap();
    await until("the chain, past all rows", async () => Math.abs((await page.locator("#chain").boundingBox()).y) < 40);
    assert.deepEqual(faults, []);
    await close();
  });
});
