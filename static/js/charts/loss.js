/** Loss and score through training, with the memoryless baseline and the success line. Pure. */

import { power } from "../format.js";
import { axisOf, place, ticks } from "../log-axis.js";
import { CELLS } from "../visual.js";
import { axis, baseLayout, horizontal, lineLabel } from "./layout.js";

/** @typedef {import("../types.js").Frame} Frame */
/** @typedef {import("../types.js").LabState} LabState */
/** @typedef {import("../types.js").ShownRun} ShownRun */
/** @typedef {import("../types.js").View} View */
/** @typedef {import("./layout.js").Figure} Figure */
/** @typedef {import("./layout.js").FigureContext} FigureContext */

/** Points of a line that a screen can tell apart; a longer log is thinned. */
const MOST_POINTS = 400;

/** @param {Frame[]} log @param {number} step @returns {Frame[]} at most MOST_POINTS, up to a step */
export function thinned(log, step) {
  const seen = log.filter((frame) => frame.step <= step);
  if (seen.length <= MOST_POINTS) return seen;
  const every = seen.length / MOST_POINTS;
  const kept = Array.from({ length: MOST_POINTS }, (_, at) => seen[Math.floor(at * every)]);
  return [...kept, seen[seen.length - 1]];
}

/**
 * Loss above; below it the score, where the task is judged by something else than the loss.
 * @param {LabState} state @param {View} view @param {number} end @param {FigureContext} context
 * @returns {Figure}
 */
export function lossFigure(state, view, end, context) {
  const { palette, language } = context;
  const [first] = view.runs;
  if (!first) return { data: [], layout: baseLayout(context) };
  const { baseline, threshold, metric_name: metric } = first.run;
  const judgedByLoss = metric === "mse";
  const logs = view.runs.map((shown) => ({ shown, log: thinned(state.logs[shown.run.id] ?? [], view.step) }));

  const all = view.runs.flatMap(({ run }) => (state.logs[run.id] ?? []).map((frame) => frame.loss));
  const positive = all.filter((value) => value !== null && value > 0).map((value) => Math.log10(Number(value)));
  const around = [baseline, ...(judgedByLoss ? [threshold] : [])].filter((value) => value > 0).map(Math.log10);
  const extent = axisOf({ low: least([...positive, ...around]) - 0.1, high: most([...positive, ...around]) + 0.1 });

  const lossLine = logs.map(({ shown, log }) =>
    line(shown, log.map((frame) => frame.step), log.map((frame) => drawn(place(frame.loss, 1, extent)))),
  );
  const scores = judgedByLoss
    ? []
    : logs.map(({ shown, log }) => ({
        ...line(shown, log.map((frame) => frame.step), log.map((frame) => frame.metric)),
        yaxis: "y2",
      }));
  const shapes = [horizontal(Math.log10(baseline), palette["line-strong"], "dash")];
  const labels = [
    lineLabel(context, language.t("loss.baseline", { value: language.number(baseline, 3) }), Math.log10(baseline), palette["ink-soft"]),
  ];
  const solved = language.t("loss.solved", { value: language.number(threshold) });
  const yref = judgedByLoss ? "y" : "y2";
  const goal = judgedByLoss ? Math.log10(threshold) : threshold;
  shapes.push(horizontal(goal, palette.success, "solid", yref));
  labels.push(lineLabel(context, solved, goal, palette.success, yref));

  return {
    data: [...lossLine, ...scores],
    layout: baseLayout(context, {
      shapes,
      annotations: labels,
      xaxis: axis(context, {
        range: [0, end],
        title: { text: language.t("axis.step"), standoff: 4 },
        nticks: Math.max(3, Math.floor(context.width / 110)),
        anchor: judgedByLoss ? "y" : "y2",
        showgrid: false,
      }),
      yaxis: axis(context, {
        domain: judgedByLoss ? [0, 1] : [0.46, 1],
        range: [extent.low, extent.high + 0.02 * (extent.high - extent.low)],
        tickvals: ticks(extent),
        ticktext: ticks(extent).map((exponent) => lossTick(exponent, language)),
      }),
      ...(judgedByLoss
        ? {}
        : { yaxis2: axis(context, { domain: [0, 0.34], rangemode: "tozero", nticks: 4, ...scoreRange(metric) }) }),
    }),
  };
}

/** @param {number} exponent @param {import("../types.js").Language} language */
function lossTick(exponent, language) {
  return exponent < -3 || exponent > 3 ? power(exponent) : language.number(10 ** exponent);
}

/** @param {string} metric */
function scoreRange(metric) {
  return metric === "accuracy" ? { range: [0, 1.04], tickformat: ".0%" } : {};
}

/** @param {ShownRun} shown @param {number[]} x @param {Array<number|null>} y */
function line(shown, x, y) {
  const [lane] = CELLS[shown.cell].lanes;
  return {
    type: "scatter",
    mode: "lines+markers",
    name: shown.style.label,
    x,
    y,
    line: { color: shown.style.colour, dash: lane.dash, width: 2 },
    marker: { symbol: lane.symbol, size: 7, maxdisplayed: 8, color: shown.style.colour },
    hoverinfo: "none",
  };
}

/** @param {import("../log-axis.js").Placed} placed */
const drawn = (placed) => placed.y;

/** @param {number[]} values */
const least = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
/** @param {number[]} values */
const most = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);
