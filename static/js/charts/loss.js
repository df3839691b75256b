/** Loss and score through training, with the memoryless baseline and the success line. Pure. */

import { power } from "../format.js";
import { place, ticks } from "../log-axis.js";
import { lookOf } from "../visual.js";
import { axis, baseLayout, horizontal, lineLabel, stepTicks } from "./layout.js";

/** @typedef {import("../types.js").Frame} Frame */
/** @typedef {import("../types.js").LabState} LabState */
/** @typedef {import("../types.js").ShownRun} ShownRun */
/** @typedef {import("../types.js").View} View */
/** @typedef {import("./layout.js").Figure} Figure */
/** @typedef {import("./layout.js").FigureContext} FigureContext */

/** Ticks of the score below, which is a share of what was answered rightly. */
const SCORES = [0, 0.5, 1];

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
 * @param {LabState} state @param {View} view @param {number} end @param {FigureContext} given
 * @param {import("../types.js").Pinned[]} [pinned] drawn behind
 * @returns {Figure}
 */
export function lossFigure(state, view, end, given, pinned = []) {
  const { palette, language } = given;
  // Half of the last step's label stands beyond the axis; in a narrow margin it would be cut.
  const context = { ...given, right: Math.max(given.right, 0.34 * given.text * language.integer(end).length) };
  if (view.runs.length === 0) return { data: [], layout: baseLayout(context) };
  const metric = view.runs[0].run.metric_name;
  const judgedByLoss = metric === "mse";
  const goals = goalsOf(view);
  // What another metric judges has no place on this axis.
  const behind = pinned.filter((each) => each.view.runs[0]?.run.metric_name === metric);
  const everything = [...behind, { state, view }].flatMap((of) =>
    of.view.runs.map((shown) => ({ shown, frames: of.state.logs[shown.run.id] ?? [] })),
  );
  const logs = everything.map(({ shown, frames }) => ({ shown, log: thinned(frames, view.step) }));

  const all = everything.flatMap(({ frames }) => frames.map((frame) => frame.loss));
  const positive = all.filter((value) => value !== null && value > 0).map((value) => Math.log10(Number(value)));
  const around = goals.flatMap(({ baseline, threshold }) => (judgedByLoss ? [baseline, threshold] : [baseline]));
  const extent = halves([...positive, ...around.filter((value) => value > 0).map(Math.log10)]);

  const lossLine = logs.map(({ shown, log }) =>
    line(shown, log.map((frame) => frame.step), log.map((frame) => drawn(place(frame.loss, 1, extent)))),
  );
  const scores = judgedByLoss
    ? []
    : logs.map(({ shown, log }) => ({
        ...line(shown, log.map((frame) => frame.step), log.map((frame) => frame.metric)),
        yaxis: "y2",
      }));
  const yref = judgedByLoss ? "y" : "y2";
  const onAxis = (/** @type {number} */ threshold) => (judgedByLoss ? Math.log10(threshold) : threshold);
  const shapes = goals.flatMap(({ baseline, threshold }) => [
    horizontal(Math.log10(baseline), palette["line-strong"], "dash"),
    horizontal(onAxis(threshold), palette.success, "solid", yref),
  ]);
  // Where both are one line (beat the naive forecast), one label is enough.
  const apart = goals.filter(({ baseline, threshold }) => !judgedByLoss || Math.abs(Math.log10(baseline / threshold)) > 0.1);
  const labels = [
    ...apart.map(({ baseline, whose }) =>
      lineLabel(context, whose + language.t("loss.baseline", { value: language.number(baseline, 3) }), Math.log10(baseline), palette["ink-soft"]),
    ),
    ...goals.map(({ threshold, whose }) =>
      lineLabel(context, whose + language.t("loss.solved", { value: language.number(threshold) }), onAxis(threshold), palette.success, yref),
    ),
  ];
  const steps = stepTicks(end, context.width - context.left - context.right);
  return {
    data: [...lossLine, ...scores],
    layout: baseLayout(context, {
      shapes,
      annotations: labels,
      xaxis: axis(context, {
        range: [0, end],
        title: { text: language.t("axis.step"), standoff: 8, font: { size: context.text } },
        tickvals: steps,
        ticktext: steps.map(language.integer),
        anchor: judgedByLoss ? "y" : "y2",
        showgrid: false,
      }),
      yaxis: axis(context, {
        domain: judgedByLoss ? [0, 1] : [0.46, 1],
        range: [extent.low, extent.high + 0.02 * (extent.high - extent.low)],
        tickvals: ticks(extent),
        ticktext: ticks(extent).map((exponent) => lossTick(exponent, language)),
        exponents: true,
      }),
      ...(judgedByLoss
        ? {}
        : { yaxis2: axis(context, { domain: [0, 0.34], range: [0, 1.04], tickvals: SCORES, ticktext: SCORES.map((share) => `${language.integer(100 * share)}%`) }) }),
    }),
  };
}

/**
 * An axis in half powers of ten, so that it rarely moves.
 * @param {number[]} exponents @returns {import("../types.js").Extent}
 */
function halves(exponents) {
  return { low: Math.floor(2 * least(exponents) - 0.2) / 2, high: Math.ceil(2 * most(exponents) + 0.2) / 2 };
}

/** @param {number} exponent @param {import("../types.js").Language} language */
function lossTick(exponent, language) {
  return exponent < -3 || exponent > 3 ? power(exponent) : language.number(10 ** exponent);
}

/**
 * Baseline and success line of each task that the runs have, with the names of the runs where they
 * differ.
 * @param {View} view
 */
function goalsOf(view) {
  /** @type {Map<string, {baseline: number, threshold: number, names: string[]}>} */
  const found = new Map();
  for (const { run, style } of view.runs) {
    const key = `${run.baseline} ${run.threshold}`;
    const goal = found.get(key) ?? { baseline: run.baseline, threshold: run.threshold, names: [] };
    goal.names.push(style.label);
    found.set(key, goal);
  }
  const goals = [...found.values()];
  return goals.map((goal) => ({ ...goal, whose: goals.length > 1 ? `${goal.names.join(", ")} · ` : "" }));
}

/** @param {ShownRun} shown @param {number[]} x @param {Array<number|null>} y */
function line(shown, x, y) {
  const { colour, dash, symbol } = lookOf(shown);
  const width = shown.style.pin ? 1.25 : 2;
  return {
    type: "scatter",
    mode: "lines+markers",
    name: shown.style.label,
    x,
    y,
    line: { color: colour, dash, width },
    marker: { symbol, size: 3 + 2 * width, maxdisplayed: 8, color: colour },
    hoverinfo: "none",
  };
}

/** @param {import("../log-axis.js").Placed} placed */
const drawn = (placed) => placed.y;

/** @param {number[]} values */
const least = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
/** @param {number[]} values */
const most = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);
