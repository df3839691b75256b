/** The inside of a cell in numbers: one unit at one timestep of the probe sequence. Pure. */

import { inputText, relevantSteps } from "./inputs.js";

/** @typedef {import("../types.js").CellName} CellName */
/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").ReadProbe} ReadProbe */
/** @typedef {import("../types.js").RunSpec} RunSpec */

/**
 * The letters of a cell and what a frame calls them; `state` is what it carries from step to step.
 * @type {Readonly<Record<CellName, {state: string, parts: Array<[string, string]>}>>}
 */
export const INSIDE = {
  rnn: { state: "hidden_state", parts: [["pre", "pre_activation"], ["h", "hidden_state"]] },
  lstm: {
    state: "cell_state",
    parts: [["f", "forget_gate"], ["i", "input_gate"], ["g", "candidate"], ["o", "output_gate"], ["c", "cell_state"], ["h", "hidden_state"]],
  },
  gru: { state: "hidden_state", parts: [["r", "reset_gate"], ["z", "update_gate"], ["n", "candidate"], ["h", "hidden_state"]] },
};

/**
 * Measured values by letter, and the state `before`, which is 0 at the first step.
 * @param {ReadProbe} probe @param {CellName} cell @param {number} t from 1 @param {number} unit from 1
 * @returns {Record<string, number|null>} null where a frame of an older run has no such number
 */
export function cellNumbers({ units }, cell, t, unit) {
  const at = (/** @type {string} */ name, /** @type {number} */ step) => {
    const values = units[name];
    if (!values || step > values.rows || unit > values.columns) return null;
    return step < 1 ? 0 : values.at(step - 1, unit - 1);
  };
  const { state, parts } = INSIDE[cell];
  return { before: at(state, t - 1), ...Object.fromEntries(parts.map(([letter, name]) => [letter, at(name, t)])) };
}

/**
 * The same as a person reads it, with the input x and the name of φ: what the diagram is filled with.
 * @param {ReadProbe} probe @param {RunSpec} spec @param {number} t @param {number} unit
 * @param {Language} language
 * @returns {Record<string, string>}
 */
export function cellTexts(probe, spec, t, unit, language) {
  const numbers = cellNumbers(probe, /** @type {CellName} */ (spec.model.cell), t, unit);
  const texts = Object.fromEntries(Object.entries(numbers).map(([letter, value]) => [letter, language.number(value, 3)]));
  return { ...texts, x: inputText(spec.task, probe.inputs, t, language), phi: String(spec.model.activation ?? "tanh") };
}

/**
 * Where the diagram stands: at the timestep of the page's axis that is chosen, else where the input
 * matters, if anywhere. A shorter sequence ends at the same last step; before it begins, its first.
 * @param {RunSpec} spec @param {ReadProbe} probe @param {number|null} timestep on the axis
 * @param {number} length of the axis
 * @returns {{own: number, shown: number}} the timestep in its own sequence, and on the axis
 */
export function cellTimestep({ task }, { inputs }, timestep, length) {
  const before = length - inputs.rows;
  const wanted = timestep === null ? (relevantSteps(task, inputs)[0] ?? inputs.rows) : timestep - before;
  const own = Math.min(inputs.rows, Math.max(1, wanted));
  return { own, shown: before + own };
}
