/** The gradient of every timestep, all models on one logarithmic axis. Pure. */

import { axisOf, place } from "../log-axis.js";
import { CELLS, gradientOf } from "../visual.js";
import { baseLayout, endWords, powerAxis, timeAxis } from "./layout.js";

/** @typedef {import("../types.js").Extent} Extent */
/** @typedef {import("../types.js").Lane} Lane */
/** @typedef {import("../types.js").Scale} Scale */
/** @typedef {import("../types.js").Series} Series */
/** @typedef {import("../types.js").View} View */
/** @typedef {import("./layout.js").Figure} Figure */
/** @typedef {import("./layout.js").FigureContext} FigureContext */

const MARK_SYMBOLS = /** @type {const} */ ({ zero: "triangle-down-open", below: "triangle-down", overflow: "triangle-up" });

/**
 * @typedef {object} ProfileOptions
 * @property {Exclude<Scale, "jacobian">} scale
 * @property {boolean} theory bound and direct path as thin lines
 * @property {{absolute: Extent, relative: Extent}} extent
 */

/**
 * What a series is measured in: its own value at the last step, or 1.
 * @param {Series} series @param {Scale} scale
 */
export function unitOf(series, scale) {
  return scale === "absolute" ? 1 : (series[series.length - 1] ?? null);
}

/**
 * Timesteps of a series; a shorter one ends at the same last step.
 * @param {Series} series @param {number} length
 */
const timesteps = (series, length) => series.map((_, at) => length - series.length + at + 1);

/**
 * @param {View} view @param {Lane[]} lanes @param {ProfileOptions} options @param {FigureContext} context
 * @returns {Figure}
 */
export function profileFigure(view, lanes, options, context) {
  const extent = axisOf(options.extent[options.scale]);
  const { t } = context.language;
  return {
    data: lanes.flatMap((lane) => laneTraces(lane, view, options, extent)),
    layout: baseLayout(context, {
      xaxis: timeAxis(context, view.length, { title: { text: t("axis.timestep"), standoff: 8, font: { size: context.text } } }),
      yaxis: powerAxis(context, extent),
      annotations: endWords(context, t("word.alive"), t("word.gone")),
    }),
  };
}

/**
 * @param {Lane} lane @param {View} view @param {ProfileOptions} options @param {Extent} extent
 */
function laneTraces(lane, view, options, extent) {
  const { frame, cell } = lane.shown;
  if (!frame) return [];
  const series = gradientOf(frame, lane.lane);
  const unit = unitOf(series, options.scale);
  const x = timesteps(series, view.length);
  const placed = series.map((value) => place(value, unit, extent));
  /** @type {object[]} */
  const traces = [
    {
      type: "scatter",
      mode: "lines+markers",
      name: lane.label,
      x,
      // A marked value has its own symbol; the line breaks there.
      y: placed.map(({ y, mark }) => (mark ? null : y)),
      line: { color: lane.colour, dash: lane.dash, width: lane.width },
      marker: { symbol: lane.symbol, size: 5 + (4 / 3) * lane.width, maxdisplayed: 9, color: lane.colour },
      hoverinfo: "none",
    },
    ...marks(placed, x, lane),
  ];
  const theory = CELLS[cell].theory;
  const isTheirs = theory === "bound" || lane.lane === CELLS[cell].lanes[0].name;
  const line = options.theory && isTheirs ? frame[theory] : null;
  if (line) {
    // Of several runs of one cell, colour alone would tell whose it is.
    const marked = lane.shown.style.variant > 0;
    traces.push({
      type: "scatter",
      mode: marked ? "lines+markers" : "lines",
      name: theory,
      x: timesteps(line, view.length),
      y: line.map((value) => inside(value, unit, extent)),
      line: { color: lane.colour, dash: "longdash", width: 1 },
      ...(marked && { marker: { symbol: lane.symbol, size: 7, maxdisplayed: 9, color: lane.colour } }),
      hoverinfo: "none",
    });
  }
  return traces;
}

/**
 * A bound beyond the axis is not drawn along its edge: it would read as the number at the edge.
 * @param {number|null} value @param {number|null} unit @param {import("../types.js").Extent} extent
 */
function inside(value, unit, extent) {
  if (value === null || value <= 0 || !unit) return null;
  const { y, mark } = place(value, unit, extent);
  return mark ? null : y;
}

/**
 * @param {import("../log-axis.js").Placed[]} placed @param {number[]} x @param {Lane} lane
 */
function marks(placed, x, lane) {
  return /** @type {const} */ (["zero", "below", "overflow"]).flatMap((mark) => {
    const at = placed.flatMap((point, index) => (point.mark === mark ? [index] : []));
    if (at.length === 0) return [];
    return [
      {
        type: "scatter",
        mode: "markers",
        name: `${lane.label} ${mark}`,
        x: at.map((index) => x[index]),
        y: at.map((index) => placed[index].y),
        marker: { symbol: MARK_SYMBOLS[mark], size: 9, maxdisplayed: 60, color: lane.colour, line: { color: lane.colour, width: 1.5 } },
        cliponaxis: false,
        hoverinfo: "none",
      },
    ];
  });
}
