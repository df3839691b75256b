/** How often each model learns each length, with Wilson's interval of 95 %. Pure. */

import { axis, baseLayout } from "./layout.js";

/** @typedef {import("./layout.js").Figure} Figure */
/** @typedef {import("./layout.js").FigureContext} FigureContext */

/**
 * A model of a comparison: its name and how it is drawn.
 * @typedef {object} Model
 * @property {string} label
 * @property {{colour: string, dash: string, symbol: string, width: number}} look
 */

/** @typedef {{share: number, low: number, high: number}|null} Interval */

/** How far the models of one length stand apart, so that their intervals can be told apart. */
const APART = 0.07;
/** Half the width of the ends of an interval. */
const END = 0.02;
const SHARES = [0, 0.25, 0.5, 0.75, 1];

/**
 * @param {Model[]} models @param {number[]} lengths
 * @param {(model: number, length: number) => Interval} intervalOf null while no run is over
 * @param {FigureContext} context
 * @returns {Figure}
 */
export function successFigure(models, lengths, intervalOf, context) {
  const { language } = context;
  const columns = models.map((_, model) => {
    const shift = (model - (models.length - 1) / 2) * APART;
    return lengths.flatMap((length, at) => {
      const interval = intervalOf(model, length);
      return interval ? [{ x: at + shift, ...interval }] : [];
    });
  });
  return {
    data: models.map(({ label, look }, model) => ({
      type: "scatter",
      mode: "lines+markers",
      name: label,
      x: columns[model].map(({ x }) => x),
      y: columns[model].map(({ share }) => share),
      line: { color: look.colour, dash: look.dash, width: look.width },
      marker: { symbol: look.symbol, size: 9, color: look.colour },
    })),
    layout: baseLayout(context, {
      xaxis: axis(context, {
        range: [-0.4, lengths.length - 0.6],
        tickvals: lengths.map((_, at) => at),
        ticktext: lengths.map(language.integer),
        showgrid: false,
        title: { text: language.t("axis.length"), standoff: 8, font: { size: context.text } },
      }),
      yaxis: axis(context, {
        range: [-0.03, 1.03],
        tickvals: SHARES,
        ticktext: SHARES.map((share) => language.t("percent", { n: language.integer(100 * share) })),
      }),
      shapes: models.flatMap(({ look }, model) => columns[model].flatMap(({ x, low, high }) => interval(x, low, high, look.colour))),
    }),
  };
}

/** @param {number} x @param {number} low @param {number} high @param {string} color */
function interval(x, low, high, color) {
  const line = { color, width: 1.5 };
  return [
    { type: "line", x0: x, x1: x, y0: low, y1: high, line },
    ...[low, high].map((end) => ({ type: "line", x0: x - END, x1: x + END, y0: end, y1: end, line })),
  ];
}
