/** What came out of a grid: one entry per run, and groups of them. Pure. */

import { CELLS, isFinal } from "../visual.js";
import { wilson } from "../statistics.js";

/** @typedef {import("../types.js").Run} Run */
/** @typedef {import("./grid.js").Cell} Cell */

/**
 * One row of the server's table of results.
 * @typedef {object} Row
 * @property {string} run
 * @property {import("../types.js").RunState} state
 * @property {number} step
 * @property {number|null} loss
 * @property {number|null} metric
 * @property {number|null} retention_h_before log10
 * @property {number|null} retention_h_after
 * @property {number|null} retention_c_before
 * @property {number|null} retention_c_after
 * @property {number|null} seconds
 */

/**
 * A run with its place in the grid and, once there is one, its row.
 * @typedef {Cell & {run: Run, row: Row|null, over: boolean, measured: boolean, solved: boolean}} Outcome
 *   measured: it is over, and its row tells how it ended
 */

/** @param {Run} run @param {Row|null} row whether the task counts as learned */
function isSolved(run, row) {
  if (run.state === "solved") return true;
  // A run that may not stop early is judged by where it ended.
  if (run.state !== "finished" || !row || row.metric === null) return false;
  return run.higher_is_better ? row.metric > run.threshold : row.metric < run.threshold;
}

/**
 * @param {Run[]} runs @param {Cell[]} cells in the same order @param {Map<string, Row>} rows by run
 * @returns {Outcome[]}
 */
export function outcomesOf(runs, cells, rows) {
  return runs.map((run, at) => {
    const row = rows.get(run.id) ?? null;
    const over = isFinal(run.state);
    return { ...cells[at], run, row, over, measured: over && row !== null && isFinal(row.state), solved: isSolved(run, row) };
  });
}

/**
 * How often a model learned a length, of the runs that are over. Runs that were stopped by somebody
 * say nothing about the model.
 * @param {Outcome[]} outcomes @param {number} model @param {number} length
 */
export function successAt(outcomes, model, length) {
  const over = outcomes.filter(
    (each) => each.model === model && each.length === length && each.over && each.run.state !== "cancelled" && each.run.state !== "failed",
  );
  const solved = over.filter((each) => each.solved).length;
  return { solved, over: over.length, interval: wilson(solved, over.length) };
}

/**
 * How much of the gradient arrives at t = 1, as log10: on the first lane of the cell, which is the
 * cell state where there is one. The server writes nothing for a gradient of zero, for one that is not
 * finite, and for one that was never measured; the state of the run tells which it was.
 * @param {Run} run @param {Row} row @param {"before"|"after"} when
 * @returns {number|null} -Infinity: exactly zero; Infinity: not finite; null: not measured
 */
export function retentionOf(run, row, when) {
  const [{ name }] = CELLS[/** @type {import("../types.js").CellName} */ (run.spec.model.cell)].lanes;
  const found = name === "c" ? row[`retention_c_${when}`] : row[`retention_h_${when}`];
  if (found !== null) return found;
  // A run ends as diverged at the first step whose loss or gradient is not finite.
  if (row.state === "diverged" && (when === "after" || row.step === 0)) return Infinity;
  return row.loss === null && row.state !== "diverged" ? null : -Infinity;
}
