/** Every run as a point: how much of the gradient arrives, before training and after. Pure. */

import { axisOf } from "../log-axis.js";
import { axis, baseLayout, endWords, powerAxis } from "./layout.js";
import { quantile } from "../statistics.js";

/** @typedef {import("./layout.js").Figure} Figure */
/** @typedef {import("./layout.js").FigureContext} FigureContext */
/** @typedef {import("./success.js").Model} Model */

/**
 * @typedef {object} Point
 * @property {string} run id
 * @property {number} model index
 * @property {"before"|"after"} when
 * @property {number} retention log10; -Infinity where the gradient was zero, Infinity where it was not finite
 * @property {string} text what the point says under the pointer
 */

/** Powers of ten that the axis shows at least, and at most: one dead run must not flatten all others. */
const LEAST = { low: -10, high: 0 };
const FLOOR = -30;
const WIDTH = 0.32;

/** A place in its column that looks random and is always the same. @param {number} at */
const jitter = (at) => (((at * 0.618034) % 1) - 0.5) * 0.7 * WIDTH;

/** @param {number} retention @param {{low: number, high: number}} extent */
const endSymbol = (retention, extent) => (retention < extent.low ? "triangle-down-open" : retention > extent.high ? "triangle-up-open" : null);

/**
 * @param {Model[]} models @param {Point[]} points @param {FigureContext} context
 * @returns {Figure}
 */
export function spreadFigure(models, points, context) {
  const { language, palette } = context;
  const finite = points.map(({ retention }) => retention).filter(Number.isFinite);
  const extent = axisOf({
    low: Math.max(FLOOR, Math.min(LEAST.low, ...finite)),
    high: Math.max(LEAST.high, ...finite),
  });
  /** @type {object[]} */
  const data = [];
  /** @type {object[]} */
  const medians = [];
  models.forEach(({ look }, model) => {
    for (const when of /** @type {const} */ (["before", "after"])) {
      const here = points.filter((point) => point.model === model && point.when === when);
      const middle = model + (when === "before" ? -WIDTH / 1.6 : WIDTH / 1.6);
      const shown = here.map(({ retention }) => Math.min(extent.high, Math.max(extent.low, retention)));
      const symbol = look.symbol.replace("-open", "");
      data.push({
        type: "scatter",
        mode: "markers",
        x: here.map((_, at) => middle + jitter(at)),
        y: shown,
        customdata: here.map(({ run }) => run),
        text: here.map(({ text }) => text),
        hovertemplate: "%{text}<extra></extra>",
        marker: {
          // Hollow before training, filled after; what lies beyond the axis stands at its end, and points there.
          symbol: here.map(({ retention }) => endSymbol(retention, extent) ?? (when === "before" ? `${symbol}-open` : symbol)),
          size: 10,
          color: look.colour,
          line: { color: look.colour, width: 1.5 },
        },
        cliponaxis: false,
      });
      const median = quantile(here.map(({ retention }) => retention), 0.5);
      if (here.length > 1 && Number.isFinite(median) && median >= extent.low) {
        medians.push({ type: "line", x0: middle - WIDTH / 2, x1: middle + WIDTH / 2, y0: median, y1: median, line: { color: palette.ink, width: 2 } });
      }
    }
  });
  const columns = models.flatMap((_, model) => [model - WIDTH / 1.6, model + WIDTH / 1.6]);
  const names = models.flatMap(({ label }) => [language.t("spread.before", { model: label }), language.t("spread.after", { model: label })]);
  return {
    data,
    layout: baseLayout(context, {
      hovermode: "closest",
      hoverlabel: { bgcolor: palette.surface, bordercolor: palette["line-strong"], font: { color: palette.ink, size: context.text } },
      xaxis: axis(context, {
        range: [-0.55, models.length - 0.45],
        tickvals: columns,
        ticktext: names.map((name) => name.replace("\n", "<br>")),
        tickangle: 0,
        showgrid: false,
      }),
      yaxis: powerAxis(context, extent),
      shapes: medians,
      annotations: endWords(context, language.t("word.alive"), language.t("word.gone")),
    }),
  };
}
