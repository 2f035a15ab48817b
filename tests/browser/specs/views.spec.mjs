// The view of the chain that the page asks for: strikes, columns, rate, changes or whole rows.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { violations } from "../lib/accessibility.mjs";
import { launch, openPage, whenLive } from "../lib/browser.mjs";
import { Gateway } from "../lib/gateway.mjs";
import { publish } from "../lib/redis.mjs";
import { SCREENS } from "../lib/screens.mjs";
import { until } from "../lib/waiting.mjs";

describe("the view of the chain", () => {
  let gateway, browser, opened, page, frames;

  before(async () => {
    gateway = await Gateway.start({ ROOM_QUIET_SECONDS: 3 });
    browser = await launch();
  });
  beforeEach(async () => {
    opened = await openPage(browser, gateway.url);
    ({ page, frames } = opened);
    await whenLive(page);
    await until("changes", () => received("chain_delta").length > 0);
  });
  afterEach(async () => {
    assert.deepEqual(opened.faults, []);
    await opened.close();
  });
  after(async () => {
    await browser?.close();
    await gateway?.kill();
  });

  const received = event => frames.received.filter(frame => frame.event === event).map(frame => frame.data);
  const asked = () => frames.sent.filter(frame => frame.event === "subscribe" && frame.data.type === "chain").map(frame => frame.data);
  const granted = async view => until("the view is granted", () => received("subscribed").at(-1)?.view && view(received("subscribed").at(-1).view));
  const heads = () => page.locator("#chain-columns th.put").allInnerTexts();
  const quotes = () => page.locator("#strikes .ltp").allInnerTexts();
  const choices = () => page.locator("#view summary").click();
  const choose = (group, label) => page.locator(`${group} .chip`, { hasText: new RegExp(`^${label}$`) }).click();
  const moves = async () => {
    const first = JSON.stringify(await quotes());
    await until("the chain moves", async () => JSON.stringify(await quotes()) !== first);
  };

  it("is ten strikes on each side and four columns, as changes; the whole chain comes once", async () => {
    const { window, fields, mode, format } = asked().at(-1);
    assert.deepEqual({ window, fields, mode, format }, { window: { atm: 10 }, fields: ["open_interest", "last", "iv", "volume"], mode: "delta", format: "compact" });
    await moves();
    assert.equal(received("chain_update").length, 1);
    assert.equal(received("chain_snapshot").length, 1);
    assert.equal(await page.locator("#strikes tr").count(), 21);
  });

  it("shows what the whole chain says", async () => {
    // Another client takes the chain whole; the two are at the same update most of the time.
    await page.evaluate(request => {
      const socket = new WebSocket(new URL("ws", location.href).href.replace("http", "ws"));
      socket.onopen = () => {
        socket.send(JSON.stringify({ event: "authenticate", data: {} }));
        socket.send(JSON.stringify({ event: "subscribe", data: request }));
      };
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        if (message.event === "chain_update") globalThis.whole = message.data;
      };
    }, (({ type, symbol, expiry }) => ({ type, symbol, expiry }))(asked().at(-1)));
    for (let i = 0; i < 3; i++) {
      await moves();
      await until("the same prices in each row", () => page.evaluate(() => {
        const text = value => value.toLocaleString("en-IN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
        const last = (side, strike) => text(globalThis.whole[side].find(quote => quote.strike === strike).last);
        const rows = [...document.querySelectorAll("#strikes tr")];
        return globalThis.whole && rows.length > 0 && rows.every(row => row.querySelector(".call.ltp").textContent === last("calls", Number(row.dataset.strike))
          && row.querySelector(".put.ltp").textContent === last("puts", Number(row.dataset.strike)));
      }));
    }
  });

  it("is twenty strikes on each side, or all, where the user asks for them", async () => {
    await choose("#span", "±20");
    await until("41 strikes", async () => await page.locator("#strikes tr").count() === 41);
    assert.deepEqual(asked().at(-1).window, { atm: 20 });
    await choose("#span", "All");
    await until("all strikes", async () => await page.locator("#strikes tr").count() === 117);
    assert.equal(asked().at(-1).window, undefined);
    await choose("#span", "±10");
    await until("21 strikes", async () => await page.locator("#strikes tr").count() === 21);
    await until("the row at the money in the middle", async () => {
      const [row, box] = [await page.locator("#strikes .at-money").boundingBox(), await page.locator("#chain-scroll").boundingBox()];
      return Math.abs(row.y + row.height / 2 - box.y - box.height / 2) < 40;
    });
    await moves();
  });

  it("has the columns that the user chooses, greeks too, and one at least", async () => {
    await choices();
    for (const label of ["Delta", "Gamma", "Volume"]) await choose("#view-columns", label);
    await granted(view => view.fields.join() === "open_interest,last,iv,delta,gamma");
    assert.deepEqual(await heads(), ["OI", "LTP", "IV", "Delta", "Gamma"]);
    await until("the greeks", async () => {
      const cells = await page.locator("#strikes .at-money .put.dim").allInnerTexts();
      return cells.length === 3 && /^-0\.\d\d$/.test(cells[1]) && /^0\.0\d\d\d$/.test(cells[2]);
    });
    assert.deepEqual(await violations(page), []);

    for (const label of ["OI", "IV", "Delta", "Gamma"]) await choose("#view-columns", label);
    await granted(view => view.fields.join() === "last");
    assert.deepEqual(await heads(), ["LTP"]);
    assert.ok(await page.locator('#view-columns input[value="last"]').isDisabled());
    await moves();
  });

  it("comes as often as the user asks", async () => {
    await choices();
    await page.locator("#view-rate").selectOption("0.2");
    await granted(view => view.max_rate === 0.2);
    const expiry = asked().at(-1).expiry;
    const summaries = () => received("chain_summary").filter(data => data.product === "NIFTY" && data.expiry === expiry).length;
    const before = { summaries: summaries(), deltas: received("chain_delta").length };
    await until("eleven updates of the chain", () => summaries() >= before.summaries + 11, 40);
    const deltas = received("chain_delta").length - before.deltas;
    assert.ok(deltas >= 1 && deltas <= 4, `${deltas} changes while the chain was updated eleven times`);
  });

  it("comes as whole rows where the user prefers them", async () => {
    await choices();
    await choose("#view-mode", "Whole rows");
    await granted(view => view.mode === "full");
    await moves();
    const { calls, strikes } = received("chain_update").at(-1);
    assert.equal(strikes.length, 21);
    assert.deepEqual(Object.keys(calls[0]), ["strike", "open_interest", "last", "iv", "volume"]);
    assert.equal(await page.locator("#strikes tr").count(), 21);
  });

  it("says how many bytes come a second, and how many whole chains would have been more", async () => {
    await until("bytes", async () => /^[\d.]+ (B|kB)$/.test(await page.locator("#bytes").innerText()));
    await until("most of them saved", async () => {
      const [, saved, share] = /^([\d.]+) kB\/s, (\d+)%$/.exec(await page.locator("#saved").innerText()) ?? [];
      return Number(saved) > 20 && Number(share) > 50 && Number(share) < 100;
    });
  });

  it("rests while nobody sees the page, and is up to date when somebody does", async () => {
    const hide = hidden => page.evaluate(hidden => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
    const answered = event => {
      const { id } = frames.sent.find(frame => frame.event === event);
      return until(`${event} is answered`, () => frames.received.find(frame => frame.event === "ack" && frame.id === id));
    };
    const updates = () => frames.received.filter(frame => /_update$|_delta$|_summary$|^market_status$/.test(frame.event)).length;
    const watcher = await openPage(browser, gateway.url);
    await whenLive(watcher.page);

    await hide(true);
    await answered("pause");
    const [resting, elsewhere] = [updates(), watcher.frames.received.length];
    await until("many updates for another page", () => watcher.frames.received.length > elsewhere + 100);
    assert.equal(updates(), resting);

    await hide(false);
    await answered("resume");
    await moves();
    assert.ok(received("chain_snapshot").length === 1, "it goes on with a change, not with a snapshot");
    await watcher.close();
  });

  it("says of each room whether updates come for it", async () => {
    const state = room => page.locator(`[data-room="${room}"] .room-status`).getAttribute("data-state");
    await until("general is live", async () => await state("general") === "live");
    assert.equal(await state(await page.locator("#rooms .room").nth(1).getAttribute("data-room")), "live");

    await publish(gateway.redisPort, "enriched:underlying", { product: "SELDOM", price: 5 });
    await page.locator("#join-symbol").fill("SELDOM");
    await page.locator("#join button").click();
    await until("it is quiet", async () => await state("product:SELDOM") === "quiet");
    assert.match(await page.locator('[data-room="product:SELDOM"] .room-status').getAttribute("title"), /^quiet since \d\d:\d\d:\d\d; last update at \d\d:\d\d:\d\d$/);
    await publish(gateway.redisPort, "enriched:underlying", { product: "SELDOM", price: 6 });
    await until("it is live", async () => await state("product:SELDOM") === "live");
  });

  it("stays as it is when the user subscribes to the chain by its form", async () => {
    const { symbol, expiry } = asked().at(-1), count = asked().length;
    await page.locator("#join-type").selectOption("chain");
    await page.locator("#join-symbol").fill(symbol);
    await page.locator("#join-expiry").fill(expiry);
    await page.locator("#join button").click();
    await until("it is asked for again", () => asked().length === count + 1);
    await moves();
    assert.equal(received("chain_update").length, 1);
  });

  it("fits a phone with the columns of one, and moves sideways with more", async () => {
    const phone = await openPage(browser, gateway.url, SCREENS.phone);
    await whenLive(phone.page);
    const width = () => phone.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    const subscribed = () => phone.frames.sent.filter(frame => frame.event === "subscribe" && frame.data.fields).at(-1)?.data.fields.join();
    await until("two columns", () => subscribed() === "open_interest,last");
    await phone.page.locator("#view summary").tap();
    for (const label of ["Delta", "Theta", "Vega"]) await phone.page.locator("#view-columns .chip", { hasText: label }).tap();
    await until("five columns", async () => await phone.page.locator("#chain-columns th.put").count() === 5);
    const [content, screen] = await width();
    assert.ok(content <= screen, `${content} px of content in ${screen} px`);
    assert.deepEqual(await violations(phone.page), []);
    await phone.close();
  });

  it("goes on after the connection was lost, from the version that the page has", async () => {
    await gateway.kill();
    await until("the page says so", async () => await page.locator("#connection").innerText() === "Reconnecting");
    const { version } = frames.received.filter(frame => ["chain_snapshot", "chain_delta"].includes(frame.event)).at(-1).data;
    await gateway.start();
    await until("it asks with that version", () => asked().at(-1).have === version, 30);
    await moves();
    opened.faults.splice(0, Infinity, ...opened.faults.filter(fault => !/WebSocket connection to .* failed/.test(fault)));
  });
});
