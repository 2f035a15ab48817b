// Random documents of one chain, each a little different from the one before; the same for the same seed.

/** Random numbers from a seed. */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(next() * n);
  return { next, below, chance: (p) => next() < p, of: (items) => items[below(items.length)] };
}

const names = ['bid', 'ask', 'last', 'volume', 'iv', '__proto__', 'ü"'];
const topNames = ['note', 'pcr_oi', '__proto__', 'set', 'calls2', 'timestamp', 'é'];

export class RandomChain {
  #rows = { calls: new Map(), puts: new Map() };
  #top = new Map();
  #spot = 1030;

  constructor(product, expiry, dice) {
    Object.assign(this, { product, expiry, dice });
    for (let strike = 900; strike <= 1200; strike += 10) for (const side of Object.values(this.#rows)) side.set(strike, this.#quote(strike));
  }

  /**
   * The next document.
   * @param n the value of its member `n`
   * @param calm true: only quotes change, so that the window stays even if nodes see fewer documents than were published
   */
  next(n, calm) {
    const { dice } = this;
    for (let i = dice.below(6); i > 0; i--) this.#change(calm);
    if (!calm && dice.chance(0.3)) this.#spot = Math.max(850, Math.min(1250, this.#spot + (dice.next() - 0.5) * dice.of([4, 20, 150])));
    if (dice.chance(0.3)) this.#top.set(dice.of(topNames), this.#token());
    if (dice.chance(0.1)) this.#top.delete(dice.of(topNames));
    const members = [['product', JSON.stringify(this.product)], ['expiry', `"${this.expiry}"`], ['n', `${n}`], ...this.#top];
    if (n === 1 || calm || dice.chance(0.85)) members.push(['spot_price', n > 1 && dice.chance(0.1) ? `"${this.#spot.toFixed(2)}"` : this.#spot.toFixed(2)]);
    else if (dice.chance(0.5)) members.push(['spot_price', dice.of(['null', '"n/a"', 'true', '[]'])]);
    for (const [side, rows] of this.#sides(n > 1 && !calm && dice.chance(0.12))) members.push([side, rows]);
    if (dice.chance(0.8)) members.push(['strikes', `[${[...this.#rows.calls.keys()].sort((a, b) => a - b).join(', ')}]`]);
    return `{${members.map(([name, token]) => `${JSON.stringify(name)}: ${token}`).join(', ')}}`;
  }

  #sides(isBroken) {
    const { dice } = this;
    const sides = ['calls', 'puts'].map((side) => [side, [...this.#rows[side].keys()].sort((a, b) => a - b).map((strike) => this.#text(this.#rows[side].get(strike)))]);
    if (isBroken) {
      const [, rows] = dice.of(sides);
      const at = dice.below(rows.length);
      const breaks = [
        () => rows.splice(at, 0, '{"last": 1.0}'), () => rows.splice(at, 0, '{"strike": "1000", "last": 2}'), () => rows.splice(at, 0, rows[at] ?? '7'), () => rows.reverse(), () => rows.splice(at, 0, 'null', '[1.0]'),
      ];
      dice.of(breaks)();
    }
    return sides.map(([side, rows]) => [side, `[${rows.join(', ')}]`]);
  }

  #change(calm) {
    const { dice } = this;
    const side = this.#rows[dice.of(['calls', 'puts'])];
    const strike = dice.of([...side.keys()]) ?? 1000;
    const row = side.get(strike);
    const roll = calm ? 0 : dice.next();
    if (roll < 0.7) row?.set(dice.of(names), this.#token());
    else if (roll < 0.76) row?.delete(dice.of(names));
    else if (roll < 0.84) side.delete(strike);
    else if (roll < 0.93) {
      const fresh = 850 + dice.below(40) * 10;
      side.set(fresh, this.#quote(fresh));
    } else row?.set('strike', dice.of([`${strike}`, `${strike}.0`, `${strike}.00`, `${strike / 10}e1`]));
  }

  #quote(strike) {
    return new Map([['strike', `${strike}`], ...names.filter(() => this.dice.chance(0.8)).map((name) => [name, this.#token()])]);
  }

  #text(row) {
    return `{${[...row].map(([name, token]) => `${JSON.stringify(name)}:${token}`).join(',')}}`;
  }

  #token() {
    const { dice } = this;
    return dice.of([`${dice.below(100)}`, `${dice.below(50)}.0`, `${dice.below(9)}e-0${dice.below(9)}`, `900719925474${dice.below(9999)}`, '-0', 'null', 'true', '"\\u00fc"', '"a\\"b\\\\"', '"x"', `[${dice.below(3)}, {"a": 1.0}]`]);
  }
}
