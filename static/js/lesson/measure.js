/** Asks the server to measure a figure, one question at a time: a slider outruns any server. */

import { createLatest } from "../latest.js";

/** @typedef {import("./figure.js").FigureConfig} FigureConfig */
/** @typedef {import("./figure.js").Values} Values */
/** @typedef {import("../types.js").Frame} Frame */

/** @param {FigureConfig} config @param {Values} values @returns {Record<string, number>} */
export function interventionsOf(config, values) {
  const wanted = config.controls.filter(({ path }) => path.startsWith("interventions."));
  return Object.fromEntries(wanted.map(({ name, path }) => [path.slice("interventions.".length), values[name]]));
}

/**
 * @param {import("../api.js").Api} api @param {FigureConfig} config
 * @param {(frames: Record<string, Frame>, values: Values) => void} onMeasured
 * @param {(error: unknown) => void} onFailed
 */
export function createMeasuring(api, config, onMeasured, onFailed) {
  /** @param {Values} values */
  const measure = async (values) => {
    const interventions = interventionsOf(config, values);
    const frames = await Promise.all(config.runs.map(({ spec }) => api.probe({ spec, interventions })));
    onMeasured(Object.fromEntries(frames.map((frame, at) => [config.runs[at].key, { ...frame, run: config.runs[at].key }])), values);
  };

  return createLatest(measure, onFailed);
}
