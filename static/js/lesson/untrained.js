/** Frames that belong to no run of the server, as the state that figures are drawn from. Pure. */

import { measuredState } from "../try.js";

/** @typedef {import("../types.js").Frame} Frame */
/** @typedef {import("../types.js").LabState} LabState */
/** @typedef {import("../types.js").Run} Run */
/** @typedef {import("../types.js").RunSpec} RunSpec */

/**
 * @param {Array<{key: string, label: string, spec: RunSpec}>} networks
 * @param {Record<string, Frame>} frames by key
 * @returns {LabState}
 */
export function stateOf(networks, frames) {
  const runs = networks.map(({ key, label, spec }) => /** @type {Run} */ ({ id: key, spec, label, state: "finished", step: 0, steps: 1, seq: 0 }));
  return measuredState(runs.filter(({ id }) => frames[id]), runs.flatMap(({ id }) => frames[id] ?? []));
}
