/** Every run as a point: how much of the gradient arrives, before training and after. Pure. */

import { axisOf } from "../log-axis.js";
import { quantile } from "../statistics.js";
import { axis, baseLayout, endWords, powerAxis } from "./layout.js";

/** @typedef {import("./layout.js").Figure} Figure */
/** @typedef {import("./layout.js").FigureContext} FigureContext */
/** @typedef {import("./success.js").Model} Model */

/** @typedef {"before"|"after"} When */

/**
 * @typedef {object} Point
 * @property {string} run id
 * @property {number} model index
 * @property {When} when
 * @property {number} retention log10; -Infinity where the gradient was zero, Infinity where it was not finite
 * @property {string} text what the point says
 */

export const WHENS = /** @type {const} */ (["before", "after"]);

/** Powers of ten that the axis shows at least, and at most: one dead run must not flatten all others. */
const LEAST = { low: -10, high: 0 };
const FLOOR = -30;
/** Width of a column, and how far it stands from the middle of its model, which has the width 1. */
const [WIDTH, OFF] = [0.32, 0.2];
/** Mean width of a letter in shares of its size, and the height of a line. */
const [LETTER, LINE] = [0.58, 1.35];

/** A place in its column that looks random and is always the same. @param {number} at */
const jitter = (at) => (((at * 0.618034) % 1) - 0.5) * 0.7 * WIDTH;

/** @param {number} model @param {When} when */
const columnOf = (model, when) => model + (when === "before" ? -OFF : OFF);

/**
 * @param {Model[]} models @param {Point[]} points @param {FigureContext} context
 * @returns {Figure}
 */
export function spreadFigure(models, points, context) {
  const { palette, text } = context;
  const finite = points.map(({ retention }) => retention).filter(Number.isFinite);
  const extent = axisOf({
    low: Math.max(FLOOR, Math.min(LEAST.low, ...finite)),
    high: Math.max(LEAST.high, ...finite),
  });
  const columns = models.flatMap(({ look }, model) =>
    WHENS.map((when) => ({ look, when, middle: columnOf(model, when), here: points.filter((point) => point.model === model && point.when === when) })),
  );
  const medians = columns.flatMap(({ middle, here }) => {
    const median = quantile(here.map(({ retention }) => retention), 0.5);
    const shown = here.length > 1 && Number.isFinite(median) && median >= extent.low;
    return shown ? [{ type: "line", x0: middle - WIDTH / 2, x1: middle + WIDTH / 2, y0: median, y1: median, line: { color: palette.ink, width: 2 } }] : [];
  });
  const names = columnNames(models, context);
  return {
    data: columns.flatMap((column) => columnTraces(column, extent)),
    layout: baseLayout(context, {
      margin: { l: context.left, r: context.right, t: text * 1.7, b: text * (1.5 + LINE * names.lines) },
      xaxis: axis(context, { range: [-0.5, models.length - 0.5], tickvals: columns.map(({ middle }) => middle), ticktext: names.ticks, showgrid: false }),
      yaxis: powerAxis(context, extent),
      shapes: medians,
      annotations: [...endWords(context, context.language.t("word.alive"), context.language.t("word.gone")), ...names.notes],
    }),
  };
}

/**
 * Hollow before training, filled after it; what lies beyond the axis stands at its end, and points there.
 * @param {{look: Model["look"], when: When, middle: number, here: Point[]}} column @param {{low: number, high: number}} extent
 */
function columnTraces({ look, when, middle, here }, extent) {
  const own = look.symbol.replace("-open", "");
  const placed = here.map((point, at) => ({
    ...point,
    x: middle + jitter(at),
    y: Math.min(extent.high, Math.max(extent.low, point.retention)),
    symbol: point.retention < extent.low ? "triangle-down-open" : point.retention > extent.high ? "triangle-up-open" : when === "before" ? `${own}-open` : own,
  }));
  return [...new Set(placed.map(({ symbol }) => symbol))].map((symbol) => {
    const those = placed.filter((point) => point.symbol === symbol);
    return {
      type: "scatter",
      mode: "markers",
      x: those.map(({ x }) => x),
      y: those.map(({ y }) => y),
      customdata: those.map(({ run }) => run),
      text: those.map(({ text }) => text),
      marker: { symbol, size: 9, color: look.colour, line: { color: look.colour, width: 1.5 } },
    };
  });
}

/**
 * "before" and "after" under the columns, or their signs where there is no room for words; the names
 * of the models below, in as many lines as they need.
 * @param {Model[]} models @param {FigureContext} context
 */
function columnNames(models, { language, text, width, left, right, palette }) {
  const slot = (width - left - right) / models.length;
  const words = WHENS.map((when) => language.t(`spread.${when}`));
  const roomy = Math.max(...words.map((word) => word.length)) * LETTER * text < 2 * OFF * slot - text / 2;
  const named = models.map(({ label }) => wrapped(label, slot / (LETTER * text)));
  const notes = named.flatMap((lines, model) =>
    lines.map((line, at) => ({
      xref: "x",
      yref: "paper",
      x: model,
      y: 0,
      xanchor: "center",
      yanchor: "top",
      yshift: -(7 + text * LINE * (at + 1)),
      text: line,
      showarrow: false,
      font: { size: text, color: palette.ink },
    })),
  );
  return { ticks: models.flatMap(() => (roomy ? words : ["○", "●"])), notes, lines: Math.max(...named.map((lines) => lines.length)) + 1 };
}

/** @param {string} label @param {number} most letters to a line @returns {string[]} */
function wrapped(label, most) {
  return label.split(" ").reduce((/** @type {string[]} */ lines, word) => {
    const last = lines[lines.length - 1];
    return last !== undefined && last.length + 1 + word.length <= most ? [...lines.slice(0, -1), `${last} ${word}`] : [...lines, word];
  }, []);
}

/**
 * Where the points of a figure stand on the page, in pixels.
 * @param {Figure} figure of spreadFigure @param {{width: number, height: number}} size
 * @returns {Array<{run: string, text: string, x: number, y: number}>} from left to right
 */
export function pointPlaces({ data, layout }, { width, height }) {
  const { margin, xaxis, yaxis } = layout;
  const share = (/** @type {number} */ value, /** @type {number[]} */ [from, to]) => (value - from) / (to - from);
  return data
    .flatMap((/** @type {any} */ trace) =>
      trace.customdata.map((/** @type {string} */ run, /** @type {number} */ at) => ({
        run,
        text: trace.text[at],
        x: margin.l + share(trace.x[at], xaxis.range) * (width - margin.l - margin.r),
        y: height - margin.b - share(trace.y[at], yaxis.range) * (height - margin.t - margin.b),
      })),
    )
    .sort((a, b) => a.x - b.x);
}
