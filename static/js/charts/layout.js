/** What all figures over time and training share: margins on the page's time axis, type, grid. Pure. */

import { power } from "../format.js";
import { ticks } from "../log-axis.js";

/** @typedef {import("../types.js").Extent} Extent */
/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").Palette} Palette */

/**
 * @typedef {object} FigureContext what a figure needs beside its data
 * @property {Palette} palette
 * @property {Language} language
 * @property {string} font
 * @property {number} text size of axis text, in pixels
 * @property {number} left gutter for the labels of the vertical axis, in pixels
 * @property {number} right
 * @property {number} width of the whole figure, in pixels
 */

/** @typedef {{data: object[], layout: Record<string, any>}} Figure */

/** Size of the text that the room for a label is given for. */
const USUAL = 13;
const ROUND = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];

/** @param {FigureContext} context @param {Record<string, any>} [more] @returns {Record<string, any>} */
export function baseLayout(context, more = {}) {
  return {
    autosize: true,
    showlegend: false, // the legend is part of the page: it shows values, and can be read aloud
    hovermode: false, // one cursor for all figures, drawn by the page
    dragmode: false,
    margin: { l: context.left, r: context.right, t: context.text * 1.7, b: context.text * 3.8 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: context.font, size: context.text, color: context.palette["ink-soft"] },
    separators: context.language.separators,
    ...more,
  };
}

/** @param {FigureContext} context @param {Record<string, any>} more */
export function axis(context, more) {
  const { palette } = context;
  return {
    fixedrange: true,
    zeroline: false,
    gridcolor: palette.grid,
    linecolor: palette["line-strong"],
    tickcolor: palette["line-strong"],
    ticks: "outside",
    ticklen: 4,
    automargin: false,
    ticklabeloverflow: "allow", // the last step's label may reach into the margin
    ...more,
  };
}

/**
 * The time axis that all figures share: timestep t is the column from t − ½ to t + ½.
 * @param {FigureContext} context @param {number} length @param {Record<string, any>} [more]
 */
export function timeAxis(context, length, more = {}) {
  const at = timeTicks(length, ((context.width - context.left - context.right) * USUAL) / context.text);
  return axis(context, {
    range: [0.5, length + 0.5],
    tickvals: at,
    ticktext: at.map(context.language.integer),
    showgrid: false,
    shared: true, // with all figures
    ...more,
  });
}

/**
 * Training steps with a label: zero, round numbers, and the end.
 * @param {number} end @param {number} pixels
 */
export function stepTicks(end, pixels) {
  const room = Math.max(2, Math.floor(pixels / 64));
  const step = ROUND.find((each) => end / each <= room) ?? 5000;
  const found = [0];
  for (let at = step; at < end - step * 0.5; at += step) found.push(at);
  return [...found, end];
}

/**
 * Timesteps with a label: the first, the last, and round numbers that leave room between.
 * @param {number} length @param {number} pixels
 */
export function timeTicks(length, pixels) {
  if (length <= 1) return [1];
  const room = Math.max(2, Math.floor(pixels / 56));
  const step = ROUND.find((each) => length / each <= room) ?? 5000;
  const found = [1];
  for (let at = step; at < length; at += step) {
    if (at >= 1 + step * 0.6 && at < length - step * 0.5) found.push(at);
  }
  return [...found, length];
}

/**
 * A logarithmic axis on values that are already powers of ten, with a word at each end.
 * @param {FigureContext} context @param {Extent} extent
 */
export function powerAxis(context, extent) {
  const at = ticks(extent);
  const room = (extent.high - extent.low) * 0.03;
  return axis(context, {
    range: [extent.low - room, extent.high + room],
    tickvals: at,
    ticktext: at.map(power),
    exponents: true,
  });
}

/**
 * Words for the two ends of a vertical axis, in its gutter.
 * @param {FigureContext} context @param {string} high @param {string} low
 */
export function endWords(context, high, low) {
  const common = {
    xref: "paper",
    yref: "paper",
    x: 0,
    xanchor: "right",
    xshift: -8,
    showarrow: false,
    font: { size: context.text, color: context.palette.ink },
  };
  return [
    { ...common, y: 1, yanchor: "bottom", text: high, yshift: 2 },
    { ...common, y: 0, yanchor: "top", text: low, yshift: -6 },
  ];
}

/**
 * @param {FigureContext} context @param {string} text @param {number} y in axis units
 * @param {string} colour @param {string} [yref]
 */
export function lineLabel(context, text, y, colour, yref = "y") {
  return {
    xref: "paper",
    yref,
    x: 1,
    y,
    xanchor: "right",
    yanchor: "bottom",
    text,
    showarrow: false,
    font: { size: context.text, color: colour },
    bgcolor: context.palette.surface,
    borderpad: 1,
  };
}

/**
 * @param {number} y @param {string} colour @param {string} dash @param {string} [yref]
 */
export function horizontal(y, colour, dash, yref = "y") {
  return { type: "line", xref: "paper", yref, x0: 0, x1: 1, y0: y, y1: y, line: { color: colour, width: 1.25, dash }, layer: "below" };
}
