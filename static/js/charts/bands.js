/** Loss of many runs at once: the median of each model, and the band that holds 80 % of its runs. Pure. */

import { quantile } from "../statistics.js";
import { axisOf } from "../log-axis.js";
import { withAlpha } from "../visual.js";
import { axis, baseLayout, powerAxis, stepTicks } from "./layout.js";

/** @typedef {import("./layout.js").Figure} Figure */
/** @typedef {import("./layout.js").FigureContext} FigureContext */
/** @typedef {import("./success.js").Model} Model */

/** @typedef {{step: number[], loss: Array<number|null>}} Curve */

const POINTS = 60;
/** Markers on a line at most, to tell it from the others. */
const MARKS = 6;

/**
 * The loss that a run shows at a training step: its newest at or before it. A run that is over keeps
 * its last one, and one that diverged is beyond every axis.
 * @param {Curve} curve @param {number} step @returns {number} Infinity for a loss that is not finite
 */
export function lossAt({ step: steps, loss }, step) {
  let at = 0;
  while (at + 1 < steps.length && steps[at + 1] <= step) at += 1;
  return loss[at] ?? Infinity;
}

/** @param {Curve[]} curves @param {number} step @returns {number[]} what 10, 50 and 90 % of the runs are below */
export function quantilesAt(curves, step) {
  const losses = curves.filter(({ step: steps }) => steps.length > 0).map((curve) => lossAt(curve, step));
  return [0.1, 0.5, 0.9].map((q) => quantile(losses, q));
}

/**
 * @param {Model[]} models @param {Curve[][]} curves by model @param {number} end last training step
 * @param {FigureContext} context
 * @returns {Figure}
 */
export function bandsFigure(models, curves, end, context) {
  const { language } = context;
  const steps = Array.from({ length: POINTS + 1 }, (_, at) => Math.round((at * end) / POINTS));
  const bands = curves.map((those) => {
    const at = steps.map((step) => quantilesAt(those, step));
    return [0, 1, 2].map((which) => at.map((found) => logOf(found[which])));
  });
  const finite = bands.flat(2).filter((value) => value !== null).map(Number);
  const extent = axisOf({ low: Math.min(-1, ...finite), high: Math.max(0, ...finite) });
  const data = models.flatMap(({ label, look }, model) => {
    const [low, middle, high] = bands[model];
    const edge = { type: "scatter", mode: "lines", line: { width: 0, color: look.colour } };
    // Where a tenth of the runs has diverged, the band has no upper edge and ends at the ceiling.
    const upper = high.map((value, at) => value ?? (middle[at] === null ? null : extent.high));
    return [
      { ...edge, x: steps, y: low },
      { ...edge, x: steps, y: upper, fill: "tonexty", fillcolor: withAlpha(look.colour, 0.16) },
      {
        type: "scatter",
        mode: "lines+markers",
        name: label,
        x: steps,
        y: middle,
        line: { color: look.colour, dash: look.dash, width: look.width },
        marker: { symbol: look.symbol, color: look.colour, size: 8, maxdisplayed: MARKS },
      },
    ];
  });
  // The label of the last step is centred on it, and needs room beside the axis.
  const right = Math.max(context.right, (language.integer(end).length * context.text * 0.6) / 2 + 2);
  const at = stepTicks(end, context.width - context.left - right);
  return {
    data,
    layout: baseLayout({ ...context, right }, {
      xaxis: axis(context, {
        range: [0, end],
        tickvals: at,
        ticktext: at.map(language.integer),
        showgrid: false,
        title: { text: language.t("axis.step"), standoff: 8, font: { size: context.text } },
      }),
      yaxis: powerAxis(context, extent),
    }),
  };
}

/** @param {number} value @returns {number|null} */
function logOf(value) {
  return value > 0 && Number.isFinite(value) ? Math.log10(value) : null;
}
