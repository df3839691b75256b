/**
 * The gradient highway: the unrolled network, its gradient flowing from the loss at the right to
 * the first timestep at the left. This module turns a frame into numbers between 0 and 1; painting
 * is paint/highway.js. Pure.
 */

import { CELLS, gradientOf } from "../visual.js";

/** @typedef {import("../types.js").Lane} Lane */
/** @typedef {import("../types.js").Series} Series */

/** Powers of ten from full light to none. */
export const DEPTH = 8;
/** Powers of ten above 1 at which a lane is as wide as it gets. */
const HEADROOM = 3;

/**
 * @typedef {object} LaneScene
 * @property {Float64Array} weight per timestep: 0 is dark, 1 is the gradient at the last step, up
 *   to 1.3 when it grows on its way
 * @property {Uint8Array} mark per timestep: 1 where the gradient is exactly zero, 2 where it
 *   overflowed
 * @property {Float64Array|null} open per timestep: mean openness of the gate that keeps this state
 * @property {number|null} arriving share of the last step's gradient that reaches t = 1; null where
 *   it is not finite
 */

/**
 * Light of one value: linear in log10, as the eye and the argument want it.
 * @param {number|null} value @param {number|null} unit
 */
export function lightOf(value, unit) {
  if (value === null || unit === null) return 1.3;
  if (!(value > 0) || unit <= 0) return 0;
  const exponent = Math.log10(value) - Math.log10(unit);
  if (exponent > 0) return 1 + 0.3 * Math.min(1, exponent / HEADROOM);
  return Math.max(0, 1 + exponent / DEPTH);
}

/**
 * Share of the gradient of the last step that arrives at the first.
 * @param {Series} series
 * @returns {number|null}
 */
export function arrivingShare(series) {
  const [first] = series;
  const last = series[series.length - 1];
  if (series.length === 0 || first === null || last === null) return null;
  if (first === 0 || last === 0) return 0;
  return first / last;
}

/**
 * @param {Lane} lane
 * @returns {LaneScene|null} null before the first frame
 */
export function laneScene(lane) {
  const { frame, cell } = lane.shown;
  if (!frame) return null;
  const series = gradientOf(frame, lane.lane);
  const unit = series[series.length - 1] ?? null;
  const gate = CELLS[cell].lanes.find(({ name }) => name === lane.lane)?.gate;
  const band = gate ? frame.gates[gate] : undefined;
  return {
    weight: Float64Array.from(series, (value) => lightOf(value, unit)),
    mark: Uint8Array.from(series, (value) => (value === null ? 2 : value === 0 ? 1 : 0)),
    open: band ? Float64Array.from(band.mean, (value) => Math.min(1, Math.max(0, value ?? 0))) : null,
    arriving: arrivingShare(series),
  };
}
