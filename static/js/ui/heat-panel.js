/** The gradient through training: one strip per lane, all on one colour scale. */

import { heatSummary } from "../describe.js";
import { trainingEnd } from "../view.js";
import { createHeatPainter } from "../paint/heat.js";
import { rampColour, RAMP } from "../charts/ramp.js";
import { byId, el, setText } from "./dom.js";
import { swatch } from "./swatch.js";

/** @typedef {import("../types.js").Scene} Scene */

/** @param {Scene} scene */
const outlineOf = ({ lanes }) => lanes.map(({ key }) => key).join(" ");

/** @returns {import("../scheduler.js").Panel<Scene>} */
export function heatPanel() {
  const element = byId("heat", HTMLElement);
  const strips = byId("heat-strips", HTMLElement);
  paintKey(byId("heat-key", HTMLCanvasElement));
  let shape = "";
  /** @type {Array<ReturnType<typeof createHeatPainter>>} */
  let painters = [];
  /** @type {HTMLElement[]} */
  let ends = [];
  const last = byId("heat-last", HTMLElement);
  const summary = byId("heat-summary", HTMLElement);

  /** @param {Scene} scene */
  const build = ({ lanes, surroundings: { language } }) => {
    painters = [];
    ends = [];
    strips.replaceChildren(
      ...lanes.map((lane) => {
        const end = el("span", { class: "strip-end" });
        ends.push(end);
        const canvas = el("canvas", { class: "heat-canvas", role: "img", "aria-label": language.t("heat.strip", { model: lane.label }) });
        painters.push(createHeatPainter(canvas));
        return el(
          "div",
          { class: "strip" },
          el("div", { class: "strip-head" }, swatch(lane), el("span", {}, lane.label)),
          el("div", { class: "strip-body", "data-time-axis": true }, el("span", { class: "strip-start", "aria-hidden": "true" }, "0"), end, canvas),
        );
      }),
    );
  };

  return {
    element,
    heavy: false,
    outline: outlineOf,
    key: ({ shown, end, surroundings }) => `${shown}|${end}|${surroundings.version}`,
    draw(scene) {
      const now = JSON.stringify(scene.lanes.map(({ key, label, colour }) => [key, label, colour]));
      if (now !== shape) {
        shape = now;
        build(scene);
      }
      const { state, view, clock, surroundings } = scene;
      const end = trainingEnd(state);
      const { language } = surroundings;
      for (const element of ends) setText(element, language.integer(end));
      setText(last, language.t("highway.last", { t: language.integer(view.length) }));
      setText(summary, heatSummary(view, scene.lanes, state.logs, language));
      scene.lanes.forEach((lane, at) => {
        const log = state.logs[lane.shown.run.id] ?? [];
        // Following live, the picture ends where the clock stands; paused, all of the past is there.
        const until = clock.mode === "live" ? view.step : view.edge;
        const count = clock.mode === "live" && lane.shown.frame ? log.indexOf(lane.shown.frame) + 1 : countUntil(log, until);
        painters[at].paint(log, count, lane.lane, view.length, end, view.step, surroundings.margins, surroundings.palette["training-clock"]);
      });
    },
  };
}

/** @param {import("../types.js").Frame[]} log @param {number} step */
function countUntil(log, step) {
  const past = log.findIndex((frame) => frame.step > step);
  return past < 0 ? log.length : past;
}

/** @param {HTMLCanvasElement} canvas the colour scale itself */
function paintKey(canvas) {
  const width = 130;
  canvas.width = width;
  canvas.height = 1;
  const context = canvas.getContext("2d");
  if (!context) return;
  for (let x = 0; x < width; x += 1) {
    const exponent = RAMP.low + ((RAMP.high - RAMP.low) * x) / (width - 1);
    context.fillStyle = `rgb(${rampColour(exponent).join(" ")})`;
    context.fillRect(x, 0, 1, 1);
  }
}
