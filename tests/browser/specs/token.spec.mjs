// The page where a token is needed: from the address's fragment, or typed in.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { violations } from "../lib/accessibility.mjs";
import { launch, openPage, whenLive } from "../lib/browser.mjs";
import { Gateway } from "../lib/gateway.mjs";
import { until } from "../lib/waiting.mjs";

const secret = "a secret of at least thirty-two bytes";
const encode = data => Buffer.from(data).toString("base64url");
const token = (seconds = 600) => {
  const input = `${encode('{"alg":"HS256"}')}.${encode(JSON.stringify({ sub: "trader-7", exp: Math.floor(Date.now() / 1000) + seconds }))}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
};

describe("the live page of a gateway that wants tokens", () => {
  let gateway, browser;

  before(async () => {
    gateway = await Gateway.start({ AUTH_MODE: "jwt", AUTH_JWT_SECRET: secret });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await gateway?.kill();
  });

  it("asks for a token, says what is wrong with it, and goes on with a good one", async () => {
    const { page, close } = await openPage(browser, gateway.url);
    await page.getByText("A token is needed").waitFor();
    await until("the page says so", async () => (await page.locator("#connection").innerText()) === "Token needed");
    assert.ok(await page.locator("#rooms-panel").isHidden(), "no rooms before the page is let in");
    await page.locator("#token").fill(token(-1));
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByText("The token has expired").waitFor();

    await page.locator("#token").fill(token());
    await page.getByRole("button", { name: "Connect" }).click();
    await whenLive(page);
    await until("it no longer asks", async () => page.locator("#sign-in").isHidden());
    await until("it is in its rooms", () => page.locator('[data-room="general"][data-state="joined"]').isVisible());
    await close();
  });

  it("has nothing for axe-core to find while it asks for a token", async () => {
    const { page, close } = await openPage(browser, gateway.url);
    await page.getByText("A token is needed").waitFor();
    assert.deepEqual(await violations(page), []);
    await close();
  });

  it("takes a token from the fragment, and takes it out of the address", async () => {
    const { page, close } = await openPage(browser, `${gateway.url}/#token=${token(8)}`);
    await whenLive(page);
    assert.equal(page.url(), `${gateway.url}/`);

    await page.getByText(/Your token expires in \d s/).waitFor();
    await page.locator("#token").fill(token());
    await page.getByRole("button", { name: "Connect" }).click();
    await until("it no longer asks", async () => page.locator("#sign-in").isHidden());
    await until("it is connected", async () => (await page.locator("#connection").innerText()) === "Connected");
    await close();
  });
});
