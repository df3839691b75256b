/**
 * The one colour scale of gradient strength: dark is gone, light is alive, red is exploding.
 *
 * From 10^-10 to 1 it follows cividis (Nuñez, Anderton & Renslow 2018: even to the eye, also to one
 * that does not tell red from green); above 1 it turns to red. Zero and overflow have colours that
 * the scale itself never takes. Pure.
 */

/** @typedef {import("../types.js").Extent} Extent */
/** @typedef {[number, number, number]} Rgb */

/** Powers of ten of a gradient relative to the last step. */
export const RAMP = /** @type {Readonly<Extent>} */ ({ low: -10, high: 3 });

/** @type {ReadonlyArray<[number, Rgb]>} */
const STOPS = [
  [-10, [0, 32, 76]],
  [-8, [0, 48, 111]],
  [-7, [40, 67, 109]],
  [-5, [87, 93, 109]],
  [-4, [112, 113, 115]],
  [-3, [138, 134, 120]],
  [-2, [165, 156, 116]],
  [-1, [207, 190, 98]],
  [0, [255, 233, 69]],
  [1, [255, 170, 60]],
  [3, [222, 40, 50]],
];

/** @type {Rgb} */
export const ZERO_COLOUR = [0, 0, 0];
/** @type {Rgb} */
export const OVERFLOW_COLOUR = [255, 0, 128];

/** @param {number} exponent @returns {Rgb} */
export function rampColour(exponent) {
  const clamped = Math.min(RAMP.high, Math.max(RAMP.low, exponent));
  const after = Math.max(1, STOPS.findIndex(([at]) => at >= clamped));
  const [[low, from], [high, to]] = [STOPS[after - 1], STOPS[after]];
  const share = (clamped - low) / (high - low);
  return /** @type {Rgb} */ (from.map((value, at) => Math.round(value + (to[at] - value) * share)));
}

/**
 * A gradient ratio as a colour.
 * @param {number|null} value @param {number|null} unit @returns {Rgb}
 */
export function gradientColour(value, unit) {
  if (value === null || unit === null) return OVERFLOW_COLOUR;
  if (!(value > 0) || unit <= 0) return ZERO_COLOUR;
  return rampColour(Math.log10(value) - Math.log10(unit));
}
