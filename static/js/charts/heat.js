/** The gradient through training as an image: a column per timestep, a row per frame. Pure. */

import { gradientOf } from "../visual.js";
import { gradientColour } from "./ramp.js";

/** @typedef {import("../types.js").Frame} Frame */
/** @typedef {import("../types.js").LaneName} LaneName */

/**
 * The colours of one row, each value relative to the gradient at the last step.
 * @param {Frame} frame @param {LaneName} lane @param {number} length
 * @returns {Uint8ClampedArray} RGBA; transparent where a shorter sequence has not begun
 */
export function heatRow(frame, lane, length) {
  const series = gradientOf(frame, lane);
  const unit = series[series.length - 1] ?? null;
  const row = new Uint8ClampedArray(4 * length);
  const offset = length - series.length;
  series.forEach((value, at) => {
    row.set([...gradientColour(value, unit), 255], 4 * (offset + at));
  });
  return row;
}

/**
 * Where a frame stands in the picture: from its step to the next frame's, in shares of the height.
 * @param {Frame[]} log @param {number} at @param {number} end training step at the bottom
 * @returns {{top: number, height: number}}
 */
export function heatPlace(log, at, end) {
  const next = log[at + 1]?.step ?? log[at].step + (log[at].step - (log[at - 1]?.step ?? 0) || 1);
  const top = Math.min(1, log[at].step / end);
  return { top, height: Math.max(0, Math.min(1, next / end) - top) };
}
