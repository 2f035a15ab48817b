// Reads the values of messages in all the forms that producers write and the gateway passes on.

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ]00:00:00.*)?$/;
const NAMED = /^(\d{1,2})(?:-([a-z]{3})-|([a-z]{3}))(\d{4})$/i;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

export const text = value => (typeof value === "string" ? value : null);

/** A finite number, also from a string that is one; otherwise null. */
export function number(value) {
  const read = typeof value === "string" && NUMBER.test(value) ? Number(value) : value;
  return Number.isFinite(read) ? read : null;
}

/** An expiry as `YYYY-MM-DD`, the form of the rooms, from any form that the gateway takes; otherwise null. */
export function expiryOf(value) {
  if (typeof value !== "string") return null;
  const iso = ISO.exec(value), named = NAMED.exec(value);
  if (iso) return date(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  return named ? date(Number(named[4]), MONTHS.indexOf((named[2] ?? named[3]).toLowerCase()) + 1, Number(named[1])) : null;
}

function date(year, month, day) {
  const read = new Date(0);
  read.setUTCFullYear(year, month - 1, day);
  if (month < 1 || read.getUTCMonth() !== month - 1 || read.getUTCDate() !== day) return null;
  return read.toISOString().slice(0, 10);
}
