/** Activations unit by unit as an image: a column per timestep, a row per unit. Pure. */

import { channels } from "../visual.js";

/** @typedef {import("../types.js").Decoded} Decoded */
/** @typedef {import("../types.js").Palette} Palette */

/**
 * A gate goes from the ground (closed) to its own colour (open). What has a sign goes from the
 * colour of negative numbers over the ground to that of positive ones, which are the same everywhere.
 * @typedef {{low: number, high: number, colours: string[]}} UnitScale
 */

/**
 * @param {Decoded} values @param {string} colour @param {Palette} palette @param {boolean} signed
 * @returns {UnitScale}
 */
export function unitScale(values, colour, palette, signed) {
  if (!signed) return { low: 0, high: 1, colours: [palette["surface-sunken"], colour] };
  const most = Math.max(Math.abs(values.low), Math.abs(values.high));
  const reach = most <= 1 ? 1 : 2 ** Math.ceil(Math.log2(most)); // so that it rarely moves
  return { low: -reach, high: reach, colours: [palette.negative, palette["surface-sunken"], palette.positive] };
}

/**
 * @param {Decoded} values of shape (T, units) @param {UnitScale} scale @param {number} length
 * @returns {Uint8ClampedArray} RGBA of `units` rows and `length` columns; transparent before the
 *   sequence begins
 */
export function unitPixels(values, { low, high, colours }, length) {
  const stops = colours.map(channels);
  const pixels = new Uint8ClampedArray(4 * length * values.columns);
  const offset = length - values.rows;
  for (let unit = 0; unit < values.columns; unit += 1) {
    for (let t = 0; t < values.rows; t += 1) {
      const share = Math.min(1, Math.max(0, (values.at(t, unit) - low) / (high - low))) * (stops.length - 1);
      const before = Math.min(stops.length - 2, Math.floor(share));
      const [from, to] = [stops[before], stops[before + 1]];
      const at = 4 * (unit * length + offset + t);
      for (let part = 0; part < 3; part += 1) pixels[at + part] = from[part] + (to[part] - from[part]) * (share - before);
      pixels[at + 3] = 255;
    }
  }
  return pixels;
}

/** @param {number} share of the height, from the top @param {number} units @returns {number} from 1 */
export function unitAt(share, units) {
  return Math.min(units, Math.max(1, Math.floor(share * units) + 1));
}
