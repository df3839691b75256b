/** All figures of the Lab, given to the scheduler that decides when each is drawn. */

import { loadPlotly } from "../plot.js";
import { createScheduler } from "../scheduler.js";
import { cellPanel } from "./cell-panel.js";
import { createChart } from "./chart.js";
import { inputsPanel, unitsPanel } from "./gates-panels.js";
import { heatPanel } from "./heat-panel.js";
import { highwayPanel } from "./highway-panel.js";
import { gatesLegendPanel, gatesPanel, lossLegendPanel, lossPanel, profileLegendPanel, profilePanel } from "./panels.js";
import { saysPanel } from "./says-panel.js";
import { tablePanels } from "./table-panels.js";
import { tryPanel } from "./try-panel.js";

/** @typedef {import("../types.js").Scene} Scene */
/** @typedef {import("../url-codec.js").ViewState} ViewState */

/** Milliseconds for which a result that is complete still moves. */
const REST_AFTER = 5000;

/**
 * @param {object} parts
 * @param {import("../api.js").Api} parts.api
 * @param {import("../types.js").Catalogue} parts.catalogue
 * @param {import("../types.js").Language} parts.language
 * @param {string} parts.plotly its address
 * @param {() => void} parts.wake
 * @param {{changes: import("../try.js").Changes, trained: boolean}} parts.tried as the address has it
 * @param {(changes: import("../try.js").Changes, trained: boolean) => void} parts.onTry
 * @param {(change: Partial<ViewState>) => void} parts.onView
 * @param {(goal: import("../says.js").Goal) => void} parts.onShow
 */
export function createFigures({ api, catalogue, language, plotly, wake, tried, onTry, onView, onShow }) {
  /** @type {ReturnType<typeof createScheduler<Scene>>} */
  const scheduler = createScheduler();
  /** @type {Promise<import("../plot.js").Plotly>|null} */
  let library = null;
  const chart = (/** @type {string} */ figure) => createChart(figure, () => (library ??= loadPlotly(plotly)), language, wake);
  const highway = highwayPanel();
  const whatIf = tryPanel({ ...{ api, catalogue, language, chart: chart("try"), wake, start: tried }, onChange: onTry });
  const highwayVisible = scheduler.add(highway, wake);
  for (const panel of [
    saysPanel(catalogue, onShow),
    profilePanel(chart("profile")),
    profileLegendPanel(),
    whatIf.panel,
    heatPanel(),
    inputsPanel(),
    unitsPanel((unit) => onView({ unit })),
    gatesPanel(chart("gates")),
    gatesLegendPanel(),
    cellPanel(onView),
    lossPanel(chart("loss")),
    lossLegendPanel(),
    ...tablePanels(wake),
  ]) {
    scheduler.add(panel, wake);
  }
  let restAt = 0; // milliseconds, on the clock of animation frames

  return {
    highway: highway.element,
    tried: whatIf.shown,
    /** @param {Scene} scene @returns {boolean} whether something still waits to be drawn */
    draw: (scene) => scheduler.run(scene),
    hurry: scheduler.hurry,
    /** On paper. @param {Scene} scene */
    print(scene) {
      scheduler.drawAll(scene);
      highway.animate(performance.now(), false);
      highway.fillNight();
    },
    /**
     * The light on the highway.
     * @param {number} now milliseconds @param {boolean} flying it may move @param {boolean} resting all is over, and seen
     * @returns {boolean} whether it goes on moving
     */
    move(now, flying, resting) {
      // Who looks longer than that at a result is not to be moved at for ever.
      if (!resting) restAt = now + REST_AFTER;
      return highwayVisible() && highway.animate(now, flying && now < restAt);
    },
  };
}
