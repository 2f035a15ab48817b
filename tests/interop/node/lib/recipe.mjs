// The chain on which byte figures are taken, and how its quotes move. A real chain moves a few strikes at a time: between two ticks
// most quotes stay as they were.
import { readFileSync } from 'node:fs';
import { random } from '../views/random-chain.mjs';

const lines = readFileSync(new URL('../data/nifty-2022-03-31.csv', import.meta.url), 'utf8').trim().split('\n').slice(1).map((line) => line.split(','));
const decimals = (number, digits) => String(Number(number.toFixed(digits)));
const time = (tick) => new Date(Date.UTC(2022, 2, 28, 10, 47, 19) + 200 * tick).toISOString().replace('Z', '');

/** All fields of a quote beside its strike, in their order. */
export const allFields = ['symbol', 'product', 'expiry', 'option_type', 'bid', 'ask', 'last', 'volume', 'open_interest', 'iv', 'timestamp'];

export class Recipe {
  #quotes;
  #spot = 17022.5;
  #tick = 0;

  /**
   * @param share the probability with which a quote moves at a tick
   * @param expiry as the document says it; a day to come, so that it is live
   */
  constructor(share, { seed = 1, expiry = '2030-03-31', product = 'NIFTY' } = {}) {
    Object.assign(this, { share, expiry, product, dice: random(seed) });
    this.#quotes = lines.map(([side, strike, bid, ask, last, volume, oi, iv]) => ({ side, strike, bid, ask, last, volume, oi, iv }));
  }

  /** The document as it is now, without spaces. */
  get text() {
    const side = (name, letter, type) => this.#quotes.filter((quote) => quote.side === name).map(({ strike, bid, ask, last, volume, oi, iv }) =>
      `{"symbol":"${this.product}${this.expiry.replaceAll('-', '')}${letter}${parseInt(strike, 10)}","product":"${this.product}","strike":${strike},"expiry":"${this.expiry}","option_type":"${type}",`
      + `"bid":${bid},"ask":${ask},"last":${last},"volume":${volume},"open_interest":${oi},"iv":${iv},"timestamp":"2022-03-28T10:47:19"}`).join(',');
    const strikes = [...new Set(this.#quotes.map(({ strike }) => strike))].sort((a, b) => a - b).join(',');
    return `{"product":"${this.product}","expiry":"${this.expiry}","spot_price":${decimals(this.#spot, 2)},"pcr_oi":0.7333,"pcr_volume":0.8058,"atm_strike":17000.0,"atm_straddle_price":325.95,"max_pain_strike":17100.0,`
      + `"total_call_oi":2017305.0,"total_put_oi":1479301.0,"strikes":[${strikes}],"calls":[${side('calls', 'C', 'CALL')}],"puts":[${side('puts', 'P', 'PUT')}],"timestamp":"${time(this.#tick)}"}`;
  }

  /** Moves the market by one tick; returns the document. */
  next() {
    const { dice } = this;
    if (++this.#tick % 10 === 0) this.#spot += (dice.next() - 0.5) * 60;
    const factor = () => 1 + (dice.next() - 0.5) * 0.01;
    for (const quote of this.#quotes) {
      if (!dice.chance(this.share)) continue;
      for (const price of ['last', 'bid', 'ask']) quote[price] = decimals(quote[price] * factor(), 2);
      if (dice.chance(0.5)) quote.volume = `${Number(quote.volume) + 75}`;
      if (dice.chance(0.5)) quote.iv = decimals(quote.iv * factor(), 4);
      if (dice.chance(0.3)) quote.oi = `${Number(quote.oi) + 25}`;
    }
    return this.text;
  }
}
