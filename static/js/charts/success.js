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

/**
 * @param {Model[]} models @param {number[]} lengths
 * @param {(model: number, length: number) => Interval} intervalOf null while no run is over
 * @param {FigureContext} context
 * @returns {Figure}
 */
export function successFigure(models, lengths, intervalOf, context) {
  const { language } = context;
  const data = models.map(({ label, look }, model) => {
    const shift = (model - (models.length - 1) / 2) * APART;
    const points = lengths.flatMap((length, at) => {
      const interval = intervalOf(model, length);
      return interval ? [{ x: at + shift, ...interval }] : [];
    });
    return {
      type: "scatter",
      mode: "lines+markers",
      name: label,
      x: points.map(({ x }) => x),
      y: points.map(({ share }) => share),
      error_y: {
        type: "data",
        symmetric: false,
        array: points.map(({ share, high }) => high - share),
        arrayminus: points.map(({ share, low }) => share - low),
        color: look.colour,
        thickness: 1.5,
        width: 4,
      },
      line: { color: look.colour, dash: look.dash, width: look.width },
      marker: { symbol: look.symbol, size: 10, color: look.colour },
      cliponaxis: false,
      hoverinfo: "none",
    };
  });
  const shares = [0, 0.25, 0.5, 0.75, 1];
  return {
    data,
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
        tickvals: shares,
        ticktext: shares.map((share) => language.t("percent", { n: language.integer(100 * share) })),
      }),
    }),
  };
}
