/**
 * Pinned experiments, drawn behind the one on screen: what stands in the address, and how their runs
 * look. Pure; ui/pinned-log.js fetches them.
 */

import { runLabels } from "./run-labels.js";
import { trainingEnd, viewAt } from "./view.js";
import { lanesOf, mix, runStyles } from "./visual.js";

/** @typedef {import("./types.js").Extent} Extent */
/** @typedef {import("./types.js").LabState} LabState */
/** @typedef {import("./types.js").Pinned} Pinned */
/** @typedef {import("./types.js").Scene} Scene */
/** @typedef {import("./types.js").Surroundings} Surroundings */

/** More than this and no eye tells them apart. */
export const MOST_PINS = 3;

/** @param {string|null} pins as in the address @returns {string[]} */
export function pinList(pins) {
  return pins ? pins.split(".").slice(0, MOST_PINS) : [];
}

/** @param {string[]} ids @returns {string|null} */
export function pinText(ids) {
  return ids.length ? [...new Set(ids)].slice(-MOST_PINS).join(".") : null;
}

/**
 * The id in what somebody pasted: the id itself, or a link of the Lab.
 * @param {string} text @returns {string|null}
 */
export function experimentIn(text) {
  const trimmed = text.trim();
  const id = /(?:^|[?&]exp=|\/experiments\/)([0-9a-f]{16})(?=$|[&#/?])/.exec(trimmed);
  return id ? id[1] : null;
}

/**
 * @param {LabState} state of the pinned experiment
 * @param {number} number 1 for the first pin
 * @param {number} step where the training-step clock stands
 * @param {Surroundings} surroundings
 * @returns {Pinned}
 */
export function pinnedAt(state, number, step, { palette, language }) {
  const runs = state.order.map((id) => state.runs[id]);
  const names = runLabels(runs.map((run) => run.spec), language);
  const n = language.integer(number);
  const plain = runStyles(runs, palette, (run) => language.t("pin.label", { model: names[runs.indexOf(run)], n }));
  // Pale: what is new stands in front.
  const styles = Object.fromEntries(
    Object.entries(plain).map(([id, style]) => [id, { ...style, pin: number, colour: mix(style.colour, palette["line-strong"], 0.55) }]),
  );
  const view = viewAt(state, step, styles);
  return { state, view, lanes: lanesOf(view, language.t) };
}

/** The axis of the profile: it reaches what is pinned as well.
 * @param {Scene} scene
 */
export function commonExtent({ state, pinned }) {
  const extents = [state.extent, ...pinned.map((each) => each.state.extent)];
  /** @param {"absolute"|"relative"} scale @returns {Extent} */
  const reach = (scale) => ({
    low: Math.min(...extents.map((extent) => extent[scale].low)),
    high: Math.max(...extents.map((extent) => extent[scale].high)),
  });
  return { absolute: reach("absolute"), relative: reach("relative") };
}

/** Every lane of the profile, what is pinned first: the new lines lie over it.
 * @param {Scene} scene
 */
export const allLanes = ({ lanes, pinned }) => [...pinned.flatMap((each) => each.lanes), ...lanes];

/** @param {Scene} scene training step at which the axis of the loss ends */
export const commonEnd = ({ end, pinned }) => Math.max(end, ...pinned.map(({ state }) => trainingEnd(state)));
