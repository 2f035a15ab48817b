// Chromium as Debian ships it, and pages that tell what went wrong in them.

import { chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const args = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync",
];

export const launch = () => chromium.launch({ executablePath, args });

/**
 * A page of its own context; `faults` collects console errors, exceptions and requests to anywhere else, `frames` what its WebSocket
 * sent and received.
 */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 960 }, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("console", message => { if (["error", "warning"].includes(message.type())) faults.push(message.text()); });
  page.on("pageerror", error => faults.push(String(error)));
  const origin = new URL(url).host;
  const foreign = address => { if (new URL(address).host !== origin) faults.push(`request to ${address}`); };
  page.on("request", request => foreign(request.url()));
  const frames = { sent: [], received: [] };
  page.on("websocket", socket => {
    foreign(socket.url());
    socket.on("framesent", ({ payload }) => frames.sent.push(JSON.parse(payload)));
    socket.on("framereceived", ({ payload }) => frames.received.push(JSON.parse(payload)));
  });
  await page.goto(url);
  return { page, faults, frames, close: () => context.close() };
}

/** Waits for the first price and the first chain. */
export async function whenLive(page) {
  await page.waitForSelector("#prices .price", { timeout: 20_000 });
  await page.waitForSelector("#strikes tr", { timeout: 20_000 });
}
