/** The figures drawn by Plotly, and the rows of the heat map: state in, picture and words out. */

import { gatesFigure } from "../charts/gates.js";
import { lossFigure } from "../charts/loss.js";
import { profileFigure } from "../charts/profile.js";
import { gatesSummary, gradientAt, lossSummary, profileSummary } from "../describe.js";
import { createPlot } from "../plot.js";
import { CELLS, GATES, lookOf } from "../visual.js";
import { byId, setText } from "./dom.js";
import { createLegend } from "./legend.js";

/** @typedef {import("../types.js").Scene} Scene */
/** @typedef {import("../types.js").Surroundings} Surroundings */
/** @typedef {import("../charts/layout.js").FigureContext} FigureContext */
/** @typedef {import("../scheduler.js").Panel<Scene>} Panel */
/** @typedef {Promise<import("../plot.js").Plotly>} Library */

/**
 * @param {Surroundings} surroundings @param {HTMLElement} element
 * @returns {FigureContext}
 */
function contextOf({ palette, language, font, text, margins }, element) {
  return { palette, language, font, text, left: margins.left, right: margins.right, width: element.clientWidth };
}

/** @param {Scene} scene what the length of a legend follows from */
const laneNames = ({ lanes }) => lanes.map(({ label }) => label).join("\n");

/**
 * A panel whose picture is one Plotly figure.
 * @param {string} name prefix of the ids in the template
 * @param {Library} library
 * @param {() => void} wake
 * @param {{key: (scene: Scene) => string, figure: (scene: Scene, context: FigureContext) => import("../charts/layout.js").Figure,
 *   words: (scene: Scene) => void}} how
 * @returns {Panel}
 */
function plotPanel(name, library, wake, how) {
  const box = byId(`${name}-plot`, HTMLElement);
  const plot = createPlot(box, library, wake);
  return {
    element: byId(name, HTMLElement),
    heavy: true,
    key: (scene) => `${scene.shown}|${scene.surroundings.version}|${plot.ready}|${how.key(scene)}`,
    draw(scene) {
      if (scene.view.runs.length) plot.draw(how.figure(scene, contextOf(scene.surroundings, box)));
      how.words(scene);
    },
  };
}

/** @param {Library} library @param {() => void} wake @returns {Panel} */
export function profilePanel(library, wake) {
  const summary = byId("profile-summary", HTMLElement);
  return plotPanel("profile", library, wake, {
    key: (scene) => `${scene.scale} ${scene.theory}`,
    figure: ({ view, lanes, scale, theory, state }, context) =>
      profileFigure(view, lanes, { scale, theory, extent: state.extent }, context),
    words: ({ view, lanes, surroundings }) => setText(summary, profileSummary(view, lanes, surroundings.language)),
  });
}

/** The values under the cursor: they follow the pointer, the figure need not be drawn again.
 * @returns {Panel}
 */
export function profileLegendPanel() {
  const legend = createLegend(byId("profile-legend", HTMLElement));
  return {
    element: byId("profile", HTMLElement),
    heavy: false,
    outline: laneNames,
    key: ({ shown, timestep, scale, theory, surroundings }) => `${shown}|${timestep}|${scale}|${theory}|${surroundings.version}`,
    draw({ lanes, timestep, view, scale, theory, surroundings: { language } }) {
      const lines = lanes.map((lane) => ({
        key: lane.key,
        label: lane.label,
        look: lane,
        value: gradientAt(lane, timestep ?? 1, view.length, scale, language),
      }));
      const thin = theory ? view.runs.map((shown) => ({
        key: `${shown.run.id}:theory`,
        label: language.t(`theory.${CELLS[shown.cell].theory}`, { model: shown.style.label }),
        look: { colour: shown.style.colour, dash: "longdash", symbol: "", width: 1 },
        value: "",
      })) : [];
      legend.show([...lines, ...thin]);
      const caption = byId("profile-at", HTMLElement);
      setText(caption, language.t("profile.at", { t: language.integer(timestep ?? 1) }));
    },
  };
}

/** @param {Library} library @param {() => void} wake @returns {Panel} */
export function lossPanel(library, wake) {
  const summary = byId("loss-summary", HTMLElement);
  return plotPanel("loss", library, wake, {
    key: (scene) => String(scene.end),
    figure: ({ state, view, end }, context) => lossFigure(state, view, end, context),
    words: ({ view, surroundings }) => setText(summary, lossSummary(view, surroundings.language)),
  });
}

/** The loss of each model at the training step on screen.
 * @returns {Panel}
 */
export function lossLegendPanel() {
  const legend = createLegend(byId("loss-legend", HTMLElement));
  return {
    element: byId("loss", HTMLElement),
    heavy: false,
    outline: laneNames,
    key: ({ shown, surroundings }) => `${shown}|${surroundings.version}`,
    draw({ view, surroundings: { language } }) {
      legend.show(
        view.runs.map((shown) => ({
          key: shown.run.id,
          label: shown.style.label,
          look: lookOf(shown),
          value: language.number(shown.frame?.loss ?? null),
        })),
      );
    },
  };
}

/** @param {Library} library @param {() => void} wake @returns {Panel} */
export function gatesPanel(library, wake) {
  const summary = byId("gates-summary", HTMLElement);
  return plotPanel("gates", library, wake, {
    key: (scene) => String(scene.gates),
    figure(scene, context) {
      const shown = scene.view.runs[scene.gates];
      return gatesFigure(shown, scene.view.length, context);
    },
    words(scene) {
      const shown = scene.view.runs[scene.gates];
      setText(summary, shown ? gatesSummary(shown, scene.surroundings.language) : scene.surroundings.language.t("summary.empty"));
    },
  });
}

/** Mean openness of each gate at the timestep under the cursor.
 * @returns {Panel}
 */
export function gatesLegendPanel() {
  const legend = createLegend(byId("gates-legend", HTMLElement));
  return {
    element: byId("gates", HTMLElement),
    heavy: false,
    outline: ({ view, gates }) => view.runs[gates]?.cell ?? "",
    key: ({ shown, timestep, gates, surroundings }) => `${shown}|${timestep}|${gates}|${surroundings.version}`,
    draw({ view, timestep, gates, surroundings: { language, palette } }) {
      const run = view.runs[gates];
      const names = run ? CELLS[run.cell].gates : [];
      legend.show(
        names.map((name) => {
          const mean = run.frame?.gates[name]?.mean;
          const value = mean?.[(timestep ?? mean.length) - 1] ?? null;
          const { token, dash, symbol } = GATES[name];
          return {
            key: name,
            label: language.t(`gate.${name}`),
            look: { colour: palette[token], dash, symbol },
            value: language.number(value),
          };
        }),
      );
    },
  };
}
