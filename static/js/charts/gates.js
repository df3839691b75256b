/** Openness of every gate of one model over time: mean, and the band of its units. Pure. */

import { CELLS, GATES, withAlpha } from "../visual.js";
import { axis, baseLayout, timeAxis } from "./layout.js";

/** @typedef {import("../types.js").GateBand} GateBand */
/** @typedef {import("../types.js").Series} Series */
/** @typedef {import("../types.js").ShownRun} ShownRun */
/** @typedef {import("./layout.js").Figure} Figure */
/** @typedef {import("./layout.js").FigureContext} FigureContext */

/** Share of the height between two gates. */
const GAP = 0.22;

/**
 * @param {ShownRun} shown @param {number} length
 * @param {number[]} relevant timesteps on which the answer depends
 * @param {FigureContext} context
 * @returns {Figure}
 */
export function gatesFigure(shown, length, relevant, context) {
  const names = CELLS[shown.cell].gates;
  const rows = names.length;
  /** @type {Record<string, any>} */
  const axes = {};
  const annotations = names.map((name, row) => {
    const { low, high } = rangeOf(name, shown.frame?.gates[name]);
    const top = 1 - row / rows;
    const bottom = 1 - (row + 1 - GAP) / rows;
    axes[row === 0 ? "yaxis" : `yaxis${row + 1}`] = axis(context, {
      domain: [bottom, top],
      range: [low - 0.04 * (high - low), high + 0.04 * (high - low)],
      tickvals: [low, (low + high) / 2, high],
      ticktext: [low, (low + high) / 2, high].map((value) => context.language.number(value)),
    });
    return {
      xref: "paper",
      yref: "paper",
      x: 0,
      y: top,
      xanchor: "left",
      yanchor: "bottom",
      text: context.language.t(`gate.${name}`),
      showarrow: false,
      font: { size: context.text, color: context.palette[GATES[name].token] },
    };
  });
  const first = rows > 1 ? `y${rows}` : "y";
  return {
    data: names.flatMap((name, row) => bandTraces(name, row, shown, length, context)),
    layout: baseLayout(context, {
      margin: { l: context.left, r: context.right, t: context.text * 1.7, b: context.text * 3.8 },
      ...axes,
      xaxis: timeAxis(context, length, {
        anchor: first,
        title: { text: context.language.t("axis.timestep"), standoff: 8, font: { size: context.text } },
      }),
      annotations,
      shapes: relevant.length > length / 4 ? [] : relevant.map((t) => markedStep(t, context)),
    }),
  };
}

/**
 * Goes on through the gates where the input strip above marks a timestep.
 * @param {number} t @param {FigureContext} context
 */
function markedStep(t, { palette }) {
  const line = { color: withAlpha(palette.ink, 0.09), width: 0 };
  return { type: "rect", xref: "x", yref: "paper", x0: t - 0.5, x1: t + 0.5, y0: 0, y1: 1, line, fillcolor: line.color, layer: "below" };
}

/**
 * A sigmoid gate has a fixed range. A candidate has one too, unless its activation is unbounded:
 * then its range is the next power of two that holds it, so that it rarely moves.
 * @param {string} name @param {GateBand|undefined} band
 */
export function rangeOf(name, band) {
  const { low, high } = GATES[name];
  if (low >= 0 || !band) return { low, high };
  const most = [...band.p10, ...band.p90].reduce((/** @type {number} */ a, b) => Math.max(a, Math.abs(b ?? 0)), 1);
  const reach = 2 ** Math.ceil(Math.log2(most));
  return { low: -reach, high: reach };
}

/**
 * @param {string} name @param {number} row @param {ShownRun} shown @param {number} length
 * @param {FigureContext} context
 * @returns {object[]}
 */
function bandTraces(name, row, shown, length, context) {
  const band = shown.frame?.gates[name];
  const yaxis = row === 0 ? "y" : `y${row + 1}`;
  // Plotly draws no axis that nothing stands on; an empty line keeps the figure's shape.
  if (!band) return [{ type: "scatter", x: [null], y: [null], yaxis }];
  const { token, dash, symbol } = GATES[name];
  const colour = context.palette[token];
  const x = band.mean.map((_, at) => length - band.mean.length + at + 1);
  const common = { type: "scatter", x, yaxis, hoverinfo: "none" };
  return [
    { ...common, mode: "lines", y: band.p10, line: { width: 0, color: colour } },
    { ...common, mode: "lines", y: band.p90, line: { width: 0, color: colour }, fill: "tonexty", fillcolor: withAlpha(colour, 0.2) },
    {
      ...common,
      mode: "lines+markers",
      name: context.language.t(`gate.${name}`),
      y: band.mean,
      line: { color: colour, dash, width: 2 },
      marker: { symbol, size: 6, maxdisplayed: 8, color: colour },
    },
  ];
}
