import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { violations } from "../lib/accessibility.mjs";
import { launch, openPage, whenLive } from "../lib/browser.mjs";
import { Gateway } from "../lib/gateway.mjs";
import { SCREENS } from "../lib/screens.mjs";

describe("the page for those who cannot see it well", () => {
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
      it(`has nothing for axe-core to find on a ${screen}, ${colorScheme}`, async () => {
        const { page, close } = await openPage(browser, gateway.url, { ...options, colorScheme });
        await whenLive(page);
        assert.deepEqual(await violations(page), []);
        await close();
      });
    }
  }

  it("says which of all products a row is, though few rows are drawn", async () => {
    const { page, close } = await openPage(browser, gateway.url);
    await whenLive(page);
    const rows = await page.locator("#prices .price").evaluateAll(rows => rows.map(row => [row.ariaPosInSet, row.ariaSetSize]));
    assert.deepEqual(rows, rows.map((_, index) => [String(index + 1), String(rows.length)]));
    await close();
  });
});
