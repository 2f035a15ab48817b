// Formats numbers and dates for the page. A value that is not a number becomes a dash.

const NONE = "–";
const price = new Intl.NumberFormat("en-IN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const plain = new Intl.NumberFormat("en-IN", { maximumFractionDigits: 2 });
const signed = new Intl.NumberFormat("en-IN", { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "exceptZero" });
const compact = new Intl.NumberFormat("en", { notation: "compact", minimumSignificantDigits: 3, maximumSignificantDigits: 3 });
const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const dateWithYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "2-digit", timeZone: "UTC" });

const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

const or = write => value => (Number.isFinite(value) ? write(value) : NONE);

export const formatPrice = or(value => price.format(value));
export const formatPlain = or(value => plain.format(value));
export const formatSigned = or(value => signed.format(value));
export const formatCompact = or(value => (Math.abs(value) < 1000 ? plain.format(value) : compact.format(value)));
export const formatRatio = or(value => value.toFixed(2));
export const formatPercent = or(value => `${(value * 100).toFixed(1)}%`);

/** A sensitivity: as many decimals as its size needs. */
export const formatGreek = or(value => value.toFixed(Math.abs(value) < 0.1 ? 4 : 2));

/** A number of bytes. */
export const formatBytes = or(value => (value < 1000 ? `${Math.round(value)} B` : value < 1e6 ? `${(value / 1000).toFixed(1)} kB` : `${(value / 1e6).toFixed(1)} MB`));

/** A time of day, from seconds since 1970. */
export const formatTime = seconds => time.format(new Date(seconds * 1000));

/** The change of a price, and in percent of the first; a first price of 0 has no percent. */
export function formatChange(value, first) {
  const change = value - first;
  return first === 0 ? formatSigned(change) : `${formatSigned(change)} (${formatSigned((change / first) * 100)}%)`;
}

export function formatExpiry(expiry) {
  const day = new Date(`${expiry}T00:00:00Z`);
  if (Number.isNaN(day.getTime())) return expiry;
  return (day.getUTCFullYear() === new Date().getUTCFullYear() ? date : dateWithYear).format(day);
}
