/** A run beside itself without its gates: the experiment that shows what they were good for. Pure. */

import { cellOptions, setupOf } from "./experiment.js";

/** @typedef {import("./types.js").Catalogue} Catalogue */
/** @typedef {import("./types.js").RunSpec} RunSpec */
/** @typedef {import("./types.js").Setup} Setup */

/** The preset that asks the same question of its own LSTM: its clamps, its words. */
const PRESET = "gates_away";

/**
 * @param {Setup} setup @param {Catalogue} catalogue @param {number} index of the run
 * @returns {Setup|null} null where the run has no gates
 */
export function withoutGates(setup, catalogue, index) {
  const run = setup.runs[index];
  if (run?.model.cell === "lstm") {
    const { preset, runs } = setupOf(catalogue, PRESET);
    const values = runs.map(({ model }) => model.clamp_forget ?? null);
    return { preset, runs: values.map((value) => ({ ...run, model: { ...run.model, clamp_forget: value } })) };
  }
  if (run?.model.cell === "gru") return { ...setup, runs: [run, plainTwin(run, catalogue)] };
  return null;
}

/**
 * A GRU that writes everything and resets nothing is a plain RNN: h = tanh(W x + U h).
 * @param {RunSpec} run @param {Catalogue} catalogue @returns {RunSpec}
 */
function plainTwin(run, catalogue) {
  const options = cellOptions(catalogue, "rnn").map(({ name, default: initial }) => [name, name in run.model ? run.model[name] : initial]);
  return { ...run, model: { cell: "rnn", ...Object.fromEntries(options) } };
}
