/** Events of the stream and of the reader → state. Pure: no clock, no DOM, nothing is mutated. */

/** @typedef {import("./types.js").Extent} Extent */
/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {import("./types.js").LabEvent} LabEvent */
/** @typedef {import("./types.js").LabState} LabState */
/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./types.js").Series} Series */

/** The axis that an empty figure shows, in powers of ten; it only ever grows. */
const FIRST_EXTENT = { low: -10, high: 0 };

/**
 * How far a frame of a training may pull the axis down. An untrained network is always shown whole,
 * but a network that dies on its way (10⁻⁹⁰ at a single step) would press all others flat against
 * the top: what lies below is marked at the floor, and its number stands in the legend.
 */
const FLOOR = -30;

/** @returns {LabState} */
export function initialState() {
  return {
    experiment: null,
    runs: {},
    order: [],
    logs: {},
    extent: { absolute: FIRST_EXTENT, relative: FIRST_EXTENT },
    connection: null,
    problem: null,
    submitting: false,
    left: false,
  };
}

/**
 * @param {LabState} state
 * @param {LabEvent} event
 * @returns {LabState}
 */
export function reduce(state, event) {
  switch (event.type) {
    case "submitting":
      return { ...state, submitting: true, problem: null };
    case "refused":
      return { ...state, submitting: false, problem: event.problem };
    case "experiment":
      return {
        ...initialState(),
        experiment: event.experiment,
        order: event.experiment.runs.map((run) => run.id),
        runs: Object.fromEntries(event.experiment.runs.map((run) => [run.id, run])),
        logs: Object.fromEntries(event.experiment.runs.map((run) => [run.id, []])),
      };
    case "state":
      return withRun(state, event.run, event.change);
    case "frames":
      return withFrames(state, event.frames);
    case "connection":
      return { ...state, connection: event.connection };
    case "left":
      return { ...state, left: true, runs: Object.fromEntries(state.order.map((id) => [id, stopped(state.runs[id])])) };
    case "reset":
      return { ...state, logs: Object.fromEntries(state.order.map((id) => [id, []])) };
    case "close":
      return initialState();
  }
}

/** A run as a reader has it who has stopped, while it goes on for others. @param {Run} run @returns {Run} */
function stopped(run) {
  return run.state === "queued" || run.state === "running" ? { ...run, state: "cancelled", position: null } : run;
}

/** @param {LabState} state @param {string} id @param {Partial<Run>} change @returns {LabState} */
function withRun(state, id, change) {
  const run = state.runs[id];
  return run ? { ...state, runs: { ...state.runs, [id]: { ...run, ...change } } } : state;
}

/**
 * Append frames, of any runs, in the order they came. A frame that the log has already (a repeat
 * after a reconnection) is dropped.
 * @param {LabState} state @param {Frame[]} frames
 * @returns {LabState}
 */
function withFrames(state, frames) {
  const logs = { ...state.logs };
  const runs = { ...state.runs };
  const copied = new Set();
  let { absolute, relative } = state.extent;
  for (const frame of frames) {
    const log = logs[frame.run];
    if (!log) continue;
    const last = log.length ? log[log.length - 1].seq : -1;
    if (frame.seq <= last) continue;
    if (copied.has(frame.run)) {
      log.push(frame); // our own copy, made below for this batch
    } else {
      copied.add(frame.run);
      logs[frame.run] = [...log, frame];
    }
    // Frames come more often than states: progress follows them.
    const run = runs[frame.run];
    if (run && frame.step > run.step) runs[frame.run] = { ...run, step: frame.step };
    for (const series of [frame.grad_h, frame.grad_c]) {
      if (!series) continue;
      const least = frame.seq === 0 ? -Infinity : FLOOR;
      absolute = reaching(absolute, series, 1, least);
      const end = series[series.length - 1];
      if (end) relative = reaching(relative, series, end, least);
    }
  }
  return { ...state, logs, runs, extent: { absolute, relative } };
}

/** Grow an extent so that it reaches every finite, non-zero value of a series over `unit`.
 * @param {Extent} extent @param {Series} series @param {number} unit
 * @param {number} floor the lowest power of ten that it may grow to
 * @returns {Extent}
 */
function reaching(extent, series, unit, floor) {
  let least = Infinity;
  let most = 0;
  for (const value of series) {
    if (value === null || value <= 0) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (most === 0) return extent;
  // log10 of the quotient as a difference: the quotient itself may under- or overflow.
  const shift = Math.log10(unit);
  const low = Math.max(floor, Math.log10(least) - shift);
  const high = Math.log10(most) - shift;
  return low >= extent.low && high <= extent.high
    ? extent
    : { low: Math.min(low, extent.low), high: Math.max(high, extent.high) };
}
