/**
 * Transport without a loss: singular values of P_t = J_T … J_{t+1}, the factors by which a change of
 * the state at t reaches the end. Pure.
 */

import { axisOf, place } from "../log-axis.js";
import { CELLS, lookOf } from "../visual.js";
import { baseLayout, endWords, powerAxis, timeAxis } from "./layout.js";

/** @typedef {import("../types.js").Extent} Extent */
/** @typedef {import("../types.js").Series} Series */
/** @typedef {import("../types.js").ShownRun} ShownRun */
/** @typedef {import("../types.js").Transport} Transport */
/** @typedef {import("../types.js").View} View */
/** @typedef {import("./layout.js").Figure} Figure */
/** @typedef {import("./layout.js").FigureContext} FigureContext */

/** The axis reaches at least this far, so that it rarely moves. */
const FIRST = { low: -10, high: 1 };

/**
 * @param {View} view @param {Record<string, Transport|null>} transports by run
 * @param {boolean} theory bound and direct path as thin lines
 * @param {FigureContext} context
 * @returns {Figure}
 */
export function jacobianFigure(view, transports, theory, context) {
  const { t } = context.language;
  const found = view.runs.flatMap((shown) => transports[shown.run.id] ?? []);
  const extent = axisOf(found.flatMap(({ largest, rms }) => [...largest, ...rms]).reduce(reaching, FIRST));
  return {
    data: view.runs.flatMap((shown) => runTraces(shown, transports[shown.run.id] ?? null, theory, view.length, extent)),
    layout: baseLayout(context, {
      xaxis: timeAxis(context, view.length, { title: { text: t("axis.timestep"), standoff: 8, font: { size: context.text } } }),
      yaxis: powerAxis(context, extent),
      annotations: endWords(context, t("word.alive"), t("word.gone")),
    }),
  };
}

/** @param {Extent} extent @param {number|null} value @returns {Extent} */
function reaching(extent, value) {
  if (value === null || !(value > 0)) return extent;
  const power = Math.log10(value);
  return { low: Math.min(extent.low, power), high: Math.max(extent.high, power) };
}

/**
 * @param {ShownRun} shown @param {Transport|null} transport @param {boolean} theory
 * @param {number} length @param {Extent} extent
 */
function runTraces(shown, transport, theory, length, extent) {
  const { colour, dash, symbol, width } = lookOf(shown);
  const common = { type: "scatter", hoverinfo: "none" };
  /** @type {object[]} */
  const traces = [];
  if (transport) {
    const offset = length - transport.timesteps[transport.timesteps.length - 1];
    const x = transport.timesteps.map((t) => t + offset);
    const y = (/** @type {Series} */ values) => values.map((value) => place(value, 1, extent).y);
    traces.push(
      { ...common, mode: "lines+markers", name: shown.style.label, x, y: y(transport.largest), line: { color: colour, dash, width }, marker: { symbol, size: 8, maxdisplayed: 9, color: colour } },
      { ...common, mode: "lines", name: "rms", x, y: y(transport.rms), line: { color: colour, dash: "dot", width: 1.25 } },
    );
  }
  const line = theory ? shown.frame?.[CELLS[shown.cell].theory] : null;
  const unit = line?.[line.length - 1] ?? null;
  if (line && unit) {
    // A bound may be far above anything measured: there it leaves the figure.
    const inside = (/** @type {number|null} */ value) => value !== null && value > 0 && Math.log10(value) - Math.log10(unit) <= extent.high;
    const y = line.map((value) => (inside(value) ? place(value, unit, extent).y : null));
    traces.push({ ...common, mode: "lines", name: "theory", x: line.map((_, at) => length - line.length + at + 1), y, line: { color: colour, dash: "longdash", width: 1 } });
  }
  return traces;
}

/**
 * The largest singular value at the measured timestep nearest to t.
 * @param {Transport|null} transport @param {number} t @param {number} length
 * @returns {{t: number, value: number|null}|null}
 */
export function transportAt(transport, t, length) {
  if (!transport) return null;
  const offset = length - transport.timesteps[transport.timesteps.length - 1];
  const distance = transport.timesteps.map((step) => Math.abs(step + offset - t));
  const at = distance.indexOf(Math.min(...distance));
  return { t: transport.timesteps[at] + offset, value: transport.largest[at] };
}
