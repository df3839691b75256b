/** The figures with axes, and their legends: state in, picture and words out. */

import { transportAt } from "../charts/jacobian.js";
import { gatesOf, lossOf, profileOf } from "../charts/of-scene.js";
import { gatesSummary, gradientAt, jacobianSummary, lossSummary, profileSummary } from "../describe.js";
import { allLanes, commonEnd } from "../pins.js";
import { CELLS, GATES, lookOf } from "../visual.js";
import { byId, setText } from "./dom.js";
import { createLegend } from "./legend.js";

/** @typedef {import("../types.js").Scene} Scene */
/** @typedef {import("../types.js").Surroundings} Surroundings */
/** @typedef {import("../charts/layout.js").FigureContext} FigureContext */
/** @typedef {import("../scheduler.js").Panel<Scene>} Panel */
/** @typedef {import("./chart.js").Chart} Chart */

/**
 * @param {Surroundings} surroundings @param {HTMLElement} element
 * @returns {FigureContext}
 */
function contextOf({ palette, language, font, text, margins }, element) {
  return { palette, language, font, text, left: margins.left, right: margins.right, width: element.clientWidth };
}

/** @param {Scene} scene what the length of a legend follows from */
const laneNames = (scene) => allLanes(scene).map(({ label }) => label).join("\n");

/**
 * A panel whose picture is one figure.
 * @param {string} name prefix of the ids in the template
 * @param {Chart} chart
 * @param {{key: (scene: Scene) => string, figure: (scene: Scene, context: FigureContext) => import("../charts/layout.js").Figure,
 *   words: (scene: Scene) => void}} how
 * @returns {Panel}
 */
function figurePanel(name, chart, how) {
  return {
    element: byId(name, HTMLElement),
    heavy: true,
    key: (scene) => `${scene.shown}|${scene.surroundings.version}|${chart.version}|${how.key(scene)}`,
    draw(scene) {
      if (scene.view.runs.length) chart.draw(how.figure(scene, contextOf(scene.surroundings, chart.box)), scene.surroundings);
      how.words(scene);
    },
  };
}

/** @param {Chart} chart @returns {Panel} */
export function profilePanel(chart) {
  const summary = byId("profile-summary", HTMLElement);
  return figurePanel("profile", chart, {
    key: (scene) => `${scene.scale} ${scene.theory} ${scene.transports.version}`,
    figure: profileOf,
    words(scene) {
      const { view, scale, transports, surroundings: { language } } = scene;
      setText(summary, scale === "jacobian" ? jacobianSummary(view, transports.byRun, language) : profileSummary(view, allLanes(scene), language));
    },
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
    key: ({ shown, timestep, scale, theory, transports, surroundings }) =>
      `${shown}|${timestep}|${scale}|${theory}|${transports.version}|${surroundings.version}`,
    draw(scene) {
      const { timestep, view, scale, theory, surroundings: { language } } = scene;
      const lines = scale === "jacobian" ? transportLegend(scene, timestep ?? 1) : allLanes(scene).map((lane) => ({
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
      setText(caption, language.t(scale === "jacobian" ? "jacobian.at" : "profile.at", { t: language.integer(timestep ?? 1) }));
    },
  };
}

/**
 * @param {Scene} scene @param {number} t
 * @returns {import("./legend.js").LegendEntry[]}
 */
function transportLegend({ view, transports, surroundings: { language, palette } }, t) {
  const lines = view.runs.map((shown) => {
    const found = transportAt(transports.byRun[shown.run.id] ?? null, t, view.length);
    const value = found ? (found.value === null ? "∞" : language.number(found.value)) : "";
    return { key: `${shown.run.id}:largest`, label: shown.style.label, look: lookOf(shown), value };
  });
  const thin = { colour: palette["ink-soft"], dash: "dot", symbol: "", width: 1.25 };
  return [...lines, { key: "rms", label: language.t("jacobian.rms"), look: thin, value: "" }];
}

/** @param {Chart} chart @returns {Panel} */
export function lossPanel(chart) {
  const summary = byId("loss-summary", HTMLElement);
  return figurePanel("loss", chart, {
    key: (scene) => String(commonEnd(scene)),
    figure: lossOf,
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
    draw({ view, pinned, surroundings: { language } }) {
      legend.show(
        [...pinned.flatMap((each) => each.view.runs), ...view.runs].map((shown) => ({
          key: shown.run.id,
          label: shown.style.label,
          look: lookOf(shown),
          value: language.number(shown.frame?.loss ?? null),
        })),
      );
    },
  };
}

/** @param {Chart} chart @returns {Panel} */
export function gatesPanel(chart) {
  const summary = byId("gates-summary", HTMLElement);
  return figurePanel("gates", chart, {
    key: (scene) => `${scene.gates} ${scene.units}`,
    figure: gatesOf,
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
      const at = timestep ?? view.length;
      setText(byId("gates-at", HTMLElement), language.t("gates.at", { t: language.integer(at) }));
      const names = run ? CELLS[run.cell].gates : [];
      legend.show(
        names.map((name) => {
          const mean = run.frame?.gates[name]?.mean;
          // A shorter sequence ends at the same last step, and has no gate before it begins.
          const value = mean?.[at - 1 - (view.length - mean.length)];
          const { token, dash, symbol } = GATES[name];
          return {
            key: name,
            label: language.t(`gate.${name}`),
            look: { colour: palette[token], dash, symbol },
            value: value === undefined ? "" : language.number(value),
          };
        }),
      );
    },
  };
}
