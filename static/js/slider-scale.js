/** Which values a slider stops at. Pure. */

/** @typedef {import("./types.js").Option} Option */

const COARSE = [1, 2, 5];
const FINE = [1, 1.5, 2, 3, 4, 5, 6, 8];
/** More stops than this and a slider is no help: seeds. */
const MOST_STOPS = 2000;

/**
 * Values from the lowest to the highest; empty where the option has no slider.
 * @param {Option} option
 * @returns {number[]}
 */
export function stops(option) {
  const { low, high } = option;
  if (low === null || high === null || option.kind === "choice" || option.kind === "boolean") return [];
  if (option.scale === "log") return logStops(low, high, option.kind === "integer");
  const step = option.step ?? (option.kind === "integer" ? 1 : (high - low) / 100);
  const count = Math.round((high - low) / step);
  if (count > MOST_STOPS) return [];
  return Array.from({ length: count + 1 }, (_, at) => rounded(low + at * step)).filter((value) => value <= high);
}

/** @param {number} low @param {number} high @param {boolean} integer */
function logStops(low, high, integer) {
  const found = [low];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const step of integer ? FINE : COARSE) {
      const value = rounded(step * 10 ** power);
      if (value > low && value < high && (!integer || Number.isInteger(value))) found.push(value);
    }
  }
  return [...found, high];
}

/** @param {number} value free of the noise of binary fractions */
const rounded = (value) => Number(value.toPrecision(10));

/** @param {number[]} values @param {number} value @returns {number} index of the nearest stop */
export function nearest(values, value) {
  return values.reduce((best, stop, at) => (Math.abs(stop - value) < Math.abs(values[best] - value) ? at : best), 0);
}

/**
 * A value to begin with when something that was off is switched on.
 * @param {Option} option
 */
export function whenSwitchedOn(option) {
  const values = stops(option);
  const { low, high } = option;
  if (low === null || high === null) return 0;
  const goal = option.scale === "log" ? Math.sqrt(low * high) : Math.min(high, Math.max(low, 1));
  return values[nearest(values, goal)] ?? goal;
}
