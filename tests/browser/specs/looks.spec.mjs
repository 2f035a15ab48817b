import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launch, openPage, whenLive } from "../lib/browser.mjs";
import { artifacts, Gateway } from "../lib/gateway.mjs";
import { SCREENS } from "../lib/screens.mjs";
import { until } from "../lib/waiting.mjs";

describe("how the page looks", () => {
  let gateway, browser;

  before(async () => {
    gateway = await Gateway.start();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await gateway?.kill();
  });

  for (const [screen, options] of Object.entries(SCREENS)) {
    for (const colorScheme of ["dark", "light"]) {
      it(`fits a ${screen}, ${colorScheme}`, async () => {
        const { page, faults, close } = await openPage(browser, gateway.url, { ...options, colorScheme });
        await whenLive(page);
        await until("some course of prices", async () => Number(await page.locator("#rate").innerText()) > 0);
        await page.screenshot({ path: `${artifacts}${screen}-${colorScheme}.png`, fullPage: screen === "phone" });

        const { width, scroll } = await page.evaluate(() => ({ width: innerWidth, scroll: document.documentElement.scrollWidth }));
        assert.ok(scroll <= width, `${scroll} px of content in ${width} px`);
        assert.deepEqual(await cutOff(page), []);
        assert.ok(await contrast(page) >= 4.5);
        assert.deepEqual(faults, []);
        await close();
      });
    }
  }

  it("brings the chain of a product that is tapped on a phone into view", async () => {
    const { page, close } = await openPage(browser, gateway.url, SCREENS.phone);
    await whenLive(page);
    await page.locator('[data-symbol="SENSEX"] .price-open').tap();
    await until("the chain is in view", async () => {
      const { y } = await page.locator("#chain").boundingBox();
      return y >= 0 && y < 40 && await page.locator("#product").inputValue() === "SENSEX";
    });
    await close();
  });

  it("keeps still for those who asked for it", async () => {
    const { page, close } = await openPage(browser, gateway.url, { reducedMotion: "reduce" });
    await whenLive(page);
    const first = await page.locator("#strikes .ltp").allInnerTexts();
    await until("the chain moves", async () => JSON.stringify(await page.locator("#strikes .ltp").allInnerTexts()) !== JSON.stringify(first));
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
    await close();
  });
});

/** Cells of the chain and figures whose text does not fit. */
const cutOff = page => page.evaluate(() => [...document.querySelectorAll("#strikes td, #strikes th, #figures dd, .status dd, .price-value, .chip")]
  .filter(element => element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
  .map(element => `${element.className}: ${element.textContent}`));

/** The least contrast of the page's text colours with the panel they stand on (WCAG 2). */
const contrast = page => page.evaluate(() => {
  const style = getComputedStyle(document.documentElement);
  const light = name => {
    const hex = style.getPropertyValue(name).trim().slice(1);
    const [r, g, b] = [0, 2, 4].map(at => parseInt(hex.slice(at, at + 2), 16) / 255).map(c => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  return Math.min(
    ...["--text", "--muted", "--up", "--down", "--accent", "--call", "--put"].map(name => ratio(light(name), light("--panel"))),
    ratio(light("--on-accent"), light("--accent")));
});
