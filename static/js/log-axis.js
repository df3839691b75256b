/**
 * Gradients on a logarithmic axis: where a value stands, and what becomes of the values that a
 * logarithm has no place for. Zero stands at the floor and an overflow at the ceiling, and so does
 * what lies below the axis, each with a mark of its own; nothing is dropped. Pure.
 */

/** @typedef {import("./types.js").Extent} Extent */

/** @typedef {"zero"|"below"|"overflow"|null} Mark */
/** @typedef {{y: number, mark: Mark}} Placed */

/** Widest axis: the powers of ten that a double has. */
const LEAST = -324;
const MOST = 309;

/**
 * The axis of an extent: whole steps, so that it stays put until the data need another step, and
 * room for the marks at both ends.
 * @param {Extent} extent
 * @returns {Extent}
 */
export function axisOf(extent) {
  const step = tickStep(extent.high - extent.low);
  const finer = extent.high > 5 ? step : 1; // a ratio of 1.5 must not add ten empty powers
  return {
    low: Math.max(LEAST, Math.floor(extent.low / step) * step),
    high: Math.min(MOST, Math.ceil((extent.high - 1e-9) / finer) * finer),
  };
}

/** @param {number} span powers of ten */
function tickStep(span) {
  return [1, 2, 5, 10, 20, 50, 100].find((step) => span / step <= 7) ?? 100;
}

/** @param {Extent} axis @returns {number[]} exponents that get a label */
export function ticks(axis) {
  const step = tickStep(axis.high - axis.low);
  const found = [];
  for (let at = Math.ceil(axis.low / step); at * step <= axis.high; at += 1) found.push(at * step + 0);
  return found;
}

/**
 * @param {number|null} value null is NaN or infinity
 * @param {number|null} unit what it is measured in (the gradient at the last step), 1 for absolute
 * @param {Extent} axis
 * @returns {Placed}
 */
export function place(value, unit, axis) {
  if (value === null || unit === null) return { y: axis.high, mark: "overflow" };
  if (!(value > 0) || unit <= 0) return { y: axis.low, mark: "zero" };
  const y = Math.log10(value) - Math.log10(unit);
  return { y: Math.min(axis.high, Math.max(axis.low, y)), mark: y < axis.low - 1e-9 ? "below" : null };
}

/**
 * How alive a ratio of gradients is, in one word (a key of the texts).
 * @param {number|null} ratio
 */
export function vitality(ratio) {
  if (ratio === null) return "overflow";
  if (!(ratio > 0)) return "zero";
  if (ratio > 100) return "exploding";
  if (ratio >= 1e-2) return "alive";
  return ratio >= 1e-5 ? "weak" : "gone";
}
