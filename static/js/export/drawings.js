/** Every figure of the Lab as an SVG drawing of its own size, from what is on screen now. */

import { drawFigure } from "../charts/draw.js";
import { heatPlace, heatRow } from "../charts/heat.js";
import { laneScene } from "../charts/highway.js";
import { gatesOf, lossOf, profileOf, triedOf } from "../charts/of-scene.js";
import { rampColour, RAMP } from "../charts/ramp.js";
import { arriving, statusOf } from "../describe.js";
import { power } from "../format.js";
import { paintStill } from "../paint/lane.js";
import { allLanes } from "../pins.js";
import { CELLS, GATES, lookOf } from "../visual.js";
import { TABLES } from "../tables.js";
import { label, markupOf } from "./compose.js";
import { cellDrawing, unitsDrawing } from "./inside.js";
import { HEAD, imageAt, MARGINS, SPAN, timeLabels } from "./parts.js";
import { SvgContext } from "./svg-context.js";

/** @typedef {import("../types.js").Scene} Scene */
/** @typedef {import("./compose.js").Drawing} Drawing */
/** @typedef {import("./compose.js").Frame["legend"]} Legend */
/** @typedef {{draw: (scene: Scene) => Drawing, legend: (scene: Scene) => Legend, night?: boolean,
 *   about?: (scene: Scene) => string}} FigureExport */

const LANE = 52;
const STRIP = 96;

/** @param {Scene} scene @returns {import("../charts/layout.js").FigureContext} */
const contextOf = ({ surroundings: { palette, language, font } }) => ({ palette, language, font, text: 13, ...MARGINS, width: SPAN });

/**
 * @param {import("../charts/layout.js").Figure} figure @param {number} height
 * @returns {Drawing}
 */
function figureDrawing(figure, height) {
  return { width: SPAN, height, markup: drawFigure(figure, { width: SPAN, height }).map(markupOf).join("") };
}

/** @param {Scene} scene @returns {Legend} */
const lanesLegend = (scene) => allLanes(scene).map((lane) => ({ label: lane.label, look: lane }));
/** @param {Scene} scene @returns {Legend} */
const runsLegend = ({ view, pinned }) => [...pinned.flatMap((each) => each.view.runs), ...view.runs].map((shown) => ({ label: shown.style.label, look: lookOf(shown) }));

/** @param {Scene} scene @returns {Drawing} */
function highwayDrawing({ view, nightLanes, surroundings: { night, language } }) {
  const width = SPAN - HEAD;
  /** @type {string[]} */
  const parts = [];
  let y = 0;
  for (const shown of view.runs) {
    parts.push(label(0, y + 22, shown.style.label, night.ink, { weight: 600, size: 15 }));
    parts.push(label(HEAD + MARGINS.left, y + 22, statusOf(shown, language).text, night["ink-soft"]));
    y += 32;
    const own = nightLanes.filter((lane) => lane.shown.run.id === shown.run.id);
    own.forEach((lane, at) => {
      const gate = CELLS[shown.cell].lanes.find(({ name }) => name === lane.lane)?.gate ?? null;
      const scene = laneScene(lane);
      const context = new SvgContext(`lane${y}`);
      paintStill(/** @type {any} */ (context), width, LANE, scene, scene?.weight ?? new Float64Array(shown.length), scene?.open ?? new Float64Array(shown.length), {
        colour: lane.colour,
        gateColour: gate ? night[GATES[gate].token] : null,
        line: night["night-line"],
        night: night["night-bottom"],
        ink: night.ink,
        axis: view.length,
        length: shown.length,
        rung: own.length > 1 ? (at === 0 ? "down" : "up") : null,
        margins: MARGINS,
      });
      const { value, word } = arriving(lane, language);
      parts.push(label(0, y + 22, language.t(`lane.${lane.lane}`), night["ink-soft"], { size: 12 }));
      parts.push(label(0, y + 42, `${value} ${word}`, night.ink, { size: 15, weight: 600 }));
      parts.push(`<g transform="translate(${HEAD} ${y})">${context.markup}</g>`);
      y += LANE;
    });
    y += 8;
  }
  parts.push(...timeLabels(HEAD, y + 12, language, view.length, night["ink-soft"], language.t("highway.flow")));
  return { width: SPAN, height: y + 20, markup: parts.join("") };
}

/** @param {Scene} scene @returns {Drawing} */
function heatDrawing({ state, view, lanes, end, surroundings: { palette, language } }) {
  const width = SPAN - HEAD - MARGINS.left - MARGINS.right;
  const soft = palette["ink-soft"];
  /** @type {string[]} */
  const parts = [];
  let y = 0;
  for (const lane of lanes) {
    const log = (state.logs[lane.shown.run.id] ?? []).filter((frame) => frame.step <= view.step);
    const x = HEAD + MARGINS.left;
    parts.push(label(0, y + 14, lane.label, palette.ink));
    parts.push(`<rect x="${x}" y="${y}" width="${width}" height="${STRIP}" fill="${palette.line}"/>`);
    parts.push(label(x - 8, y + 11, "0", soft, { size: 11, anchor: "end" }));
    parts.push(label(x - 8, y + STRIP, language.integer(end), soft, { size: 11, anchor: "end" }));
    parts.push(imageAt(heatPicture(log, lane.lane, view.length, end), { x, y, width, height: STRIP }));
    y += STRIP + 10;
  }
  parts.push(...timeLabels(HEAD, y + 8, language, view.length, soft, language.t("axis.timestep")));
  y += 26;
  parts.push(...colourKey(HEAD + MARGINS.left, y, soft, language));
  return { width: SPAN, height: y + 40, markup: parts.join("") };
}

/**
 * One pixel per timestep, as many rows as the strip is high.
 * @param {import("../types.js").Frame[]} log @param {import("../types.js").LaneName} lane @param {number} length @param {number} end
 */
function heatPicture(log, lane, length, end) {
  const canvas = document.createElement("canvas");
  canvas.width = length;
  canvas.height = 2 * STRIP;
  const context = canvas.getContext("2d");
  log.forEach((frame, at) => {
    const { top, height } = heatPlace(log, at, end);
    const pixels = heatRow(frame, lane, length);
    const from = Math.floor(top * canvas.height);
    const until = Math.max(from + 1, Math.floor((top + height) * canvas.height));
    for (let row = from; row < until; row += 1) {
      context?.putImageData(new ImageData(/** @type {Uint8ClampedArray<ArrayBuffer>} */ (pixels), length, 1), 0, row);
    }
  });
  return canvas;
}

/** @param {number} x @param {number} y @param {string} colour @param {import("../types.js").Language} language */
function colourKey(x, y, colour, language) {
  const [width, span] = [320, RAMP.high - RAMP.low];
  const stops = Array.from({ length: span + 1 }, (_, at) => `<stop offset="${at / span}" stop-color="rgb(${rampColour(RAMP.low + at).join(",")})"/>`);
  const one = x + (width * -RAMP.low) / span;
  return [
    `<defs><linearGradient id="ramp">${stops.join("")}</linearGradient></defs>`,
    `<rect x="${x}" y="${y}" width="${width}" height="12" fill="url(#ramp)"/>`,
    label(x, y + 28, `${language.t("word.gone")} ${power(RAMP.low)}`, colour, { size: 11 }),
    label(one, y + 28, `${language.t("word.alive")} 1`, colour, { size: 11, anchor: "middle" }),
    label(x + width, y + 28, power(RAMP.high), colour, { size: 11, anchor: "end" }),
  ];
}

/** @type {Readonly<Record<string, FigureExport>>} */
export const DRAWINGS = {
  highway: {
    draw: highwayDrawing,
    legend: () => [],
    night: true,
    about: ({ surroundings: { language } }) => language.t("highway.arrives"),
  },
  profile: {
    draw: (scene) => figureDrawing(profileOf(scene, contextOf(scene)), 380),
    legend: (scene) => (scene.scale === "jacobian" ? runsLegend({ ...scene, pinned: [] }) : lanesLegend(scene)),
    about: ({ scale, surroundings: { language } }) => language.t(`profile.${scale}`),
  },
  try: {
    draw: (scene) => (scene.tried ? figureDrawing(triedOf(scene.tried, contextOf(scene)), 380) : { width: SPAN, height: 0, markup: "" }),
    legend: ({ tried }) => (tried?.lanes ?? []).map((lane) => ({ label: lane.label, look: lane })),
    about: ({ tried, surroundings: { language } }) => language.t(tried?.trained ? "try.trained" : "try.untrained"),
  },
  heat: { draw: heatDrawing, legend: () => [] },
  gates: {
    draw: (scene) => (scene.units ? unitsDrawing(scene) : figureDrawing(gatesOf(scene, contextOf(scene)), 460)),
    legend: () => [],
    about: ({ view, gates }) => view.runs[gates].style.label,
  },
  cell: { draw: cellDrawing, legend: () => [], about: (scene) => TABLES.cell(scene).caption },
  loss: {
    draw: (scene) => figureDrawing(lossOf(scene, contextOf(scene)), 340),
    legend: runsLegend,
  },
};
