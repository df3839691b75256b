/** State → what is on screen: all models at one training step. Pure. */

import { isFinal } from "./visual.js";

/** @typedef {import("./types.js").CellName} CellName */
/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {import("./types.js").LabState} LabState */
/** @typedef {import("./types.js").RunStyle} RunStyle */
/** @typedef {import("./types.js").View} View */

/** @param {Frame[]} log */
const lastStep = (log) => (log.length ? log[log.length - 1].step : -1);

/**
 * The newest training step that every model has reached, so that a fast one never runs ahead of the
 * story. A finished run does not hold the others back (it keeps its last frame), and neither does
 * one that waits in the queue: it is shown as waiting.
 * @param {LabState} state
 */
export function edgeStep(state) {
  const started = state.order.filter((id) => state.logs[id]?.length);
  const training = started.filter((id) => !isFinal(state.runs[id].state));
  const reached = (training.length ? training : started).map((id) => lastStep(state.logs[id]));
  if (reached.length === 0) return 0;
  return training.length ? Math.min(...reached) : Math.max(...reached);
}

/**
 * The step that the runs had reached when the server last told their states, short of one frame:
 * a log that is being read reaches it in a moment.
 * @param {LabState} state
 */
export function knownStep(state) {
  const runs = state.order.map((id) => state.runs[id]);
  const training = runs.filter((run) => run.state === "running");
  const steps = (training.length ? training : runs).map((run) => run.step - Number(run.spec.frame_every));
  return training.length ? Math.min(...steps) : Math.max(0, ...steps);
}

/**
 * The newest frame at or before a step, or null. Logs are in order, so by bisection.
 * @param {Frame[]} log @param {number} step
 */
export function frameAt(log, step) {
  let low = 0;
  let high = log.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (log[middle].step <= step) low = middle + 1;
    else high = middle;
  }
  return low > 0 ? log[low - 1] : (log[0] ?? null);
}

/**
 * The training step of the frame before or after the one on screen, of whichever model has one there.
 * @param {LabState} state @param {number} step where the clock stands @param {-1|1} direction
 */
export function nextFrameStep(state, step, direction) {
  const edge = edgeStep(state);
  const steps = state.order.flatMap((id) => (state.logs[id] ?? []).map((frame) => frame.step)).filter((each) => each <= edge);
  // Between two frames the earlier one is on screen: back means the one before that.
  const shown = Math.max(0, ...steps.filter((each) => each <= step));
  const further = steps.filter((each) => (direction > 0 ? each > step : each < shown));
  if (further.length === 0) return direction > 0 ? edge : shown;
  return direction > 0 ? Math.min(...further) : Math.max(...further);
}

/**
 * The newest frame at or before one that carries single units: only every tenth does.
 * @param {Frame[]} log @param {Frame|null} frame
 */
function probedAt(log, frame) {
  let at = frame ? log.lastIndexOf(frame) : -1;
  while (at >= 0 && !log[at].probe) at -= 1;
  return at >= 0 ? log[at] : null;
}

/** @param {LabState} state */
export function budgetOf(state) {
  return Math.max(1, ...state.order.map((id) => state.runs[id].steps || 1));
}

/**
 * The training step at which the axes of training end: the budget while anything trains, and what
 * was used of it once all is over.
 * @param {LabState} state
 */
export function trainingEnd(state) {
  const over = state.order.length > 0 && state.order.every((id) => isFinal(state.runs[id].state));
  const used = Math.max(1, ...state.order.map((id) => lastStep(state.logs[id] ?? [])));
  return over ? used : budgetOf(state);
}

/**
 * @param {LabState} state
 * @param {number} step where the training-step clock stands
 * @param {Record<string, RunStyle>} styles by run id
 * @returns {View}
 */
export function viewAt(state, step, styles) {
  const edge = edgeStep(state);
  const runs = state.order.map((id) => {
    const run = state.runs[id];
    const log = state.logs[id] ?? [];
    const frame = frameAt(log, step);
    const over = isFinal(run.state);
    const newest = frame !== null && frame === log[log.length - 1];
    // All of its log is here, and the view has reached its end.
    const ended = over && (frame ? newest && frame.seq >= run.seq : run.seq < 0);
    const behind = newest && !over && frame.step + Number(run.spec.frame_every) < step;
    const length = Math.max(1, frame?.grad_h.length ?? Number(run.spec.task.length ?? 1));
    return { run, cell: cellOf(run), style: styles[id], frame, probed: probedAt(log, frame), length, behind, ended };
  });
  return { step, edge, budget: budgetOf(state), length: Math.max(1, ...runs.map(({ length }) => length)), runs };
}

/** @param {import("./types.js").Run} run @returns {CellName} */
export function cellOf(run) {
  return /** @type {CellName} */ (run.spec.model.cell);
}
