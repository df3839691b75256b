/** Everything the figures draw from, put together. Pure: what it is given may ask for more. */

import { pinList, pinnedAt } from "./pins.js";
import { runLabels } from "./run-labels.js";
import { trainingEnd, viewAt } from "./view.js";
import { CELLS, lanesOf, runStyles } from "./visual.js";

/** @typedef {import("./types.js").LabState} LabState */
/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./types.js").Scene} Scene */
/** @typedef {import("./types.js").ShownRun} ShownRun */

/**
 * @param {object} given
 * @param {LabState} given.state
 * @param {import("./types.js").Clock} given.clock
 * @param {import("./url-codec.js").ViewState} given.look as the reader chose
 * @param {number|null} given.timestep under the cursor
 * @param {(id: string) => LabState|null} given.pinned null until it is here
 * @param {(runs: ShownRun[]) => Scene["tried"]} given.tried
 * @param {(runs: ShownRun[]) => Scene["transports"]} given.transports
 * @param {import("./types.js").Surroundings} given.surroundings
 * @returns {Scene}
 */
export function sceneOf({ state, clock, look, timestep, pinned: pinnedState, tried, transports, surroundings }) {
  const { palette, night, stroke, language } = surroundings;
  const runs = state.order.map((id) => state.runs[id]);
  const names = runLabels(runs.map(({ spec }) => spec), language);
  const labelOf = (/** @type {Run} */ run) => names[runs.indexOf(run)];
  const view = viewAt(state, clock.step, runStyles(runs, palette, labelOf));
  const nightStyles = runStyles(runs, night, labelOf);
  const lanes = lanesOf(view, language.t).map((lane) => ({ ...lane, width: lane.width * stroke }));
  const pinned = pinList(look.pins).flatMap((id, at) => {
    const log = id === state.experiment?.id ? null : pinnedState(id);
    return log ? [pinnedAt(log, at + 1, clock.step, surroundings)] : [];
  });
  const gated = view.runs.findIndex(({ cell }) => CELLS[cell].gates.length > 0);
  const gates = view.runs[look.gates] ? look.gates : Math.max(0, gated);
  return {
    ...{ state, view, lanes, pinned, clock, timestep, gates, surroundings },
    nightLanes: lanes.map((lane) => ({ ...lane, colour: nightStyles[lane.shown.run.id].colour })),
    end: trainingEnd(state),
    scale: look.scale,
    theory: look.theory,
    tried: tried(view.runs),
    transports: transports(look.scale === "jacobian" ? view.runs : []),
    cell: view.runs[look.cell] ? look.cell : gates,
    units: look.units,
    unit: look.unit,
    shown: [...pinned.flatMap((each) => each.view.runs), ...view.runs].map(({ run, frame, ended }) => `${run.id}:${frame?.seq ?? "-"}:${ended}:${run.state}`).join(" "),
  };
}
