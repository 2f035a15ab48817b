import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { applyDelta, asDocument, fromSnapshot } from "../../../src/DeltaStream.Node/wwwroot/js/delta.js";

const read = text => JSON.parse(text);
const event = (base, version, parts) => ({ product: "NIFTY", expiry: "2026-11-26", base, version, ...parts });
const rows = fromSnapshot({
  version: "a",
  chain: { product: "NIFTY", spot_price: 100, note: "x", calls: [{ strike: 90, last: 10, bid: 9 }, { strike: 100, last: 5 }], puts: [{ strike: 100, last: 6 }] },
});
const compact = fromSnapshot({
  version: "a", fields: ["strike", "last", "bid", "iv"],
  chain: { product: "NIFTY", spot_price: 100, calls: [[90, 10, 9, 0.2], [100, 5, 4, null]], puts: [] },
});

describe("a chain kept up to date by deltas", () => {
  it("takes members that changed and members that went, and keeps the rest", () => {
    const { chain, version } = applyDelta(rows, event("a", "b", { set: { spot_price: 101, pcr_oi: null }, unset: ["note"] }));
    assert.equal(version, "b");
    assert.deepEqual(chain, { product: "NIFTY", spot_price: 101, pcr_oi: null, calls: rows.chain.calls, puts: rows.chain.puts });
  });

  it("changes, adds, replaces and removes rows, ascending by strike", () => {
    const { chain } = applyDelta(rows, event("a", "b", {
      calls: { update: [{ strike: 90, bid: 8.5 }], add: [{ strike: 95, last: 7 }, { strike: 100.0, bid: 3 }] }, puts: { remove: [100], add: [{ strike: 110, last: 12 }] },
    }));
    assert.deepEqual(chain.calls, [{ strike: 90, last: 10, bid: 8.5 }, { strike: 95, last: 7 }, { strike: 100, bid: 3 }]);
    assert.deepEqual(chain.puts, [{ strike: 110, last: 12 }]);
  });

  it("reads the mask of a compact row, from its first bit to its thirtieth", () => {
    const { chain } = applyDelta(compact, event("a", "b", { calls: { update: [[90, 0b101, 11, null], [100, 0b010, 4.5]], add: [[110, 1, 2, 3]] } }));
    assert.deepEqual(chain.calls, [[90, 11, 9, null], [100, 5, 4.5, null], [110, 1, 2, 3]]);

    const names = ["strike", ...Array.from({ length: 30 }, (_, index) => `f${index}`)];
    const wide = fromSnapshot({ version: "a", fields: names, chain: { calls: [[1, ...Array(30).fill(0)]] } });
    const last = applyDelta(wide, event("a", "b", { calls: { update: [[1, 2 ** 29 + 1, "first", "last"]] } })).chain.calls[0];
    assert.deepEqual([last[1], last[2], last[29], last[30]], ["first", 0, 0, "last"]);
  });

  it("takes no delta that begins at another version, and none without a snapshot", () => {
    assert.equal(applyDelta(rows, event("b", "c", {})), null);
    assert.equal(applyDelta(null, event("a", "b", {})), null);
  });

  it("leaves the former copy as it was", () => {
    const before = JSON.stringify([rows, compact]);
    applyDelta(rows, event("a", "b", { set: { spot_price: 1 }, calls: { update: [{ strike: 90, last: 1 }], remove: [100] } }));
    applyDelta(compact, event("a", "b", { calls: { update: [[90, 1, 1]], remove: [100] } }));
    assert.equal(JSON.stringify([rows, compact]), before);
  });

  it("keeps a member named __proto__ as the member that it is", () => {
    const begun = fromSnapshot({ version: "a", chain: read('{"__proto__":{"x":1},"calls":[{"strike":1,"__proto__":2}]}') });
    const { chain } = applyDelta(begun, event("a", "b", read('{"set":{"__proto__":{"y":2}},"calls":{"update":[{"strike":1,"__proto__":3}]}}')));
    assert.equal(JSON.stringify(chain), '{"__proto__":{"y":2},"calls":[{"strike":1,"__proto__":3}]}');
    assert.equal(Object.getPrototypeOf(chain), Object.prototype);
    assert.equal(JSON.stringify(applyDelta({ ...begun }, event("a", "b", { unset: ["__proto__"] })).chain), '{"calls":[{"strike":1,"__proto__":2}]}');
  });

  it("gives compact rows their names back, and what is no row as it was published", () => {
    assert.deepEqual(asDocument(compact).calls[0], { strike: 90, last: 10, bid: 9, iv: 0.2 });
    const odd = fromSnapshot({ version: "a", fields: ["strike", "last"], chain: { calls: [null, "row", [1, 2]], puts: "none" } });
    assert.deepEqual(asDocument(odd), { calls: [null, "row", { strike: 1, last: 2 }], puts: "none" });
    assert.equal(asDocument(rows), rows.chain);
  });
});
