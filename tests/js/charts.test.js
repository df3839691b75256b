import assert from "node:assert/strict";
import { test } from "node:test";
import { band, context, experiment, frame, language, lstmFrame, PALETTE, run } from "./fixtures.js";
import { initialState, reduce } from "../../static/js/reduce.js";
import { viewAt } from "../../static/js/view.js";
import { lanesOf, runStyles } from "../../static/js/visual.js";
import { axisOf, place, ticks, vitality } from "../../static/js/log-axis.js";
import { profileFigure } from "../../static/js/charts/profile.js";
import { lossFigure, thinned } from "../../static/js/charts/loss.js";
import { gatesFigure, rangeOf } from "../../static/js/charts/gates.js";
import { heatPlace, heatRow } from "../../static/js/charts/heat.js";
import { arrivingShare, laneScene, lightOf } from "../../static/js/charts/highway.js";
import { gradientColour, OVERFLOW_COLOUR, ZERO_COLOUR } from "../../static/js/charts/ramp.js";
import { stepTicks, timeTicks } from "../../static/js/charts/layout.js";

function scene(runs, frames) {
  let state = reduce(initialState(), { type: "experiment", experiment: experiment(runs) });
  state = reduce(state, { type: "frames", frames });
  const view = viewAt(state, 1000, runStyles(runs, PALETTE, (each) => each.label));
  return { state, view, lanes: lanesOf(view, language().t) };
}

const pair = () => scene([run("r", "rnn"), run("l", "lstm")], [frame("r", 0, { bound: [1, 1, 1, 1] }), lstmFrame("l", 0)]);

function profile({ state, view, lanes }, options = {}) {
  return profileFigure(view, lanes, { scale: "relative", theory: false, extent: state.extent, ...options }, context());
}

/** Every number of a figure is finite, or a deliberate gap. */
function assertFinite(figure) {
  for (const trace of figure.data) {
    for (const value of [...trace.x, ...trace.y]) assert.ok(value === null || Number.isFinite(value), `${trace.name}: ${value}`);
  }
  for (const [name, axis] of Object.entries(figure.layout).filter(([key]) => /^[xy]axis/.test(key))) {
    for (const end of axis.range ?? []) assert.ok(Number.isFinite(end), name);
  }
}

test("all models stand on one axis, the LSTM's cell state beside its hidden state", () => {
  const figure = profile(pair());
  assert.deepEqual(figure.data.map(({ name }) => name), ["rnn", "lstm c", "lstm h"]);
  assert.deepEqual(figure.data[0].y.map((value) => Math.round(value) + 0), [-6, -4, -2, 0]);
  assertFinite(figure);
});

test("lines of one colour differ in dash or marker", () => {
  const { lanes } = scene([run("a", "lstm"), run("b", "lstm"), run("c", "lstm")], []);
  assert.equal(new Set(lanes.map(({ dash, symbol }) => `${dash} ${symbol}`)).size, lanes.length);
});

test("absolute and relative differ by the last step's gradient", () => {
  const small = scene([run("r", "rnn")], [frame("r", 0, { grad_h: [1e-9, 1e-7, 1e-5, 1e-3] })]);
  assert.deepEqual(profile(small).data[0].y.map((value) => Math.round(value) + 0), [-6, -4, -2, 0]);
  assert.deepEqual(profile(small, { scale: "absolute" }).data[0].y.map((value) => Math.round(value) + 0), [-9, -7, -5, -3]);
});

test("zero stands at the floor and overflow at the ceiling, each marked, none dropped", () => {
  const odd = scene([run("r", "rnn")], [frame("r", 0, { grad_h: [0, null, 1e-3, 1], nonfinite: ["grad_h"] })]);
  const figure = profile(odd);
  const [line, zero, overflow] = figure.data;
  const [low, high] = figure.layout.yaxis.range;
  assert.deepEqual(line.y.slice(0, 2), [null, null]);
  assert.deepEqual([zero.x, overflow.x], [[1], [2]]);
  assert.ok(zero.y[0] >= low && zero.y[0] < low + 1);
  assert.ok(overflow.y[0] <= high && overflow.y[0] > high - 1);
  assertFinite(figure);
});

test("nothing breaks on all zeros, all nulls, and the ends of a double", () => {
  for (const grad_h of [[0, 0, 0, 0], [null, null, null, null], [5e-324, 1, 1, 1e308], [1e308, 1, 1, 5e-324]]) {
    const figure = profile(scene([run("r", "rnn")], [frame("r", 0, { grad_h })]));
    assertFinite(figure);
    const shown = figure.data.flatMap(({ y }) => y.filter((value) => value !== null));
    assert.equal(shown.length, 4);
  }
});

test("theory lines are the bound of the RNN and the direct path of the LSTM's cell", () => {
  const names = profile(pair(), { theory: true }).data.map(({ name }) => name);
  assert.deepEqual(names, ["rnn", "bound", "lstm c", "direct", "lstm h"]);
});

test("theory lines of two runs of one cell are told apart by more than a colour", () => {
  const two = scene([run("a", "lstm"), run("b", "lstm")], [lstmFrame("a", 0), lstmFrame("b", 0)]);
  const lines = profile(two, { theory: true }).data.filter(({ name }) => name === "direct");
  assert.deepEqual(lines.map(({ mode, marker }) => [mode, marker?.symbol]), [["lines", undefined], ["lines+markers", "x"]]);
});

test("a shorter sequence ends at the same last step", () => {
  const { view, lanes, state } = scene([run("r", "rnn"), run("l", "lstm")], [frame("r", 0, { grad_h: [0.1, 1] }), lstmFrame("l", 0)]);
  const [line] = profileFigure(view, lanes, { scale: "relative", theory: false, extent: state.extent }, context()).data;
  assert.deepEqual(line.x, [3, 4]);
});

test("the axis has whole ends, few labels, and reaches its data", () => {
  for (const extent of [{ low: -10, high: 0 }, { low: -41.3, high: 0.2 }, { low: -106, high: 12 }, { low: -323.3, high: 308.2 }, { low: -0.1, high: 0 }]) {
    const axis = axisOf(extent);
    assert.ok(axis.low <= extent.low && axis.high >= extent.high - 1e-6);
    assert.ok(ticks(axis).length >= 2 && ticks(axis).length <= 10, JSON.stringify(axis));
    assert.ok(ticks(axis).every(Number.isInteger));
  }
});

test("a value has one place on the axis", () => {
  const axis = { low: -10, high: 0 };
  assert.deepEqual(place(1e-4, 1, axis), { y: -4, mark: null });
  assert.deepEqual(place(0, 1, axis), { y: -10, mark: "zero" });
  assert.deepEqual(place(null, 1, axis), { y: 0, mark: "overflow" });
  assert.deepEqual(place(1, null, axis), { y: 0, mark: "overflow" });
  assert.deepEqual(place(1e-300, 1e300, axis), { y: -10, mark: "below" });
  assert.deepEqual(place(1e-10, 1, axis), { y: -10, mark: null });
});

test("one word for a ratio", () => {
  assert.deepEqual([null, 0, 1e-9, 1e-3, 0.4, 1.5, 1e4].map(vitality), ["overflow", "zero", "gone", "weak", "alive", "alive", "exploding"]);
});

test("loss: baseline and success line have names and numbers of the language", () => {
  const { state, view } = pair();
  const figure = lossFigure(state, view, 100, context("pt-BR"));
  assert.deepEqual(figure.layout.annotations.map(({ text }) => text), ["sem memória: 0,167", "resolvido: 0,01"]);
  assert.equal(figure.layout.shapes.length, 2);
  assert.equal(figure.layout.separators, ",.");
  assertFinite(figure);
});

test("loss: a task judged by accuracy has its score below, with its own success line", () => {
  const judged = { metric_name: "accuracy", threshold: 0.99, baseline: Math.log(4), higher_is_better: true };
  const { state, view } = scene([run("r", "rnn", judged)], [frame("r", 0, { metric: 0.25 })]);
  const figure = lossFigure(state, view, 100, context());
  assert.equal(figure.data.at(-1).yaxis, "y2");
  assert.equal(figure.layout.shapes.at(-1).yref, "y2");
});

test("loss: diverged, zero and huge values stay on the axis", () => {
  const frames = [frame("r", 0, { loss: 1e200 }), frame("r", 1, { loss: 0 }), frame("r", 2, { loss: null })];
  const { state, view } = scene([run("r", "rnn")], frames);
  const figure = lossFigure(state, view, 100, context());
  assertFinite(figure);
  const [low, high] = figure.layout.yaxis.range;
  assert.ok(figure.data[0].y.every((value) => value >= low && value <= high));
});

test("loss: each task has its own lines", () => {
  const { state, view } = scene([run("a", "rnn"), run("b", "lstm", { baseline: 62, threshold: 62 })], []);
  const figure = lossFigure(state, view, 100, context());
  assert.deepEqual(figure.layout.annotations.map(({ text }) => text), ["rnn · no memory: 0.167", "rnn · solved: 0.01", "lstm · solved: 62"]);
});

test("loss: a long log is thinned, and keeps its end", () => {
  const log = Array.from({ length: 5000 }, (_, seq) => frame("r", seq));
  const shown = thinned(log, 49_000);
  assert.ok(shown.length <= 401);
  assert.equal(shown.at(-1).step, 49_000);
});

test("gates: a row for each gate of the cell, with its band", () => {
  const { view } = pair();
  const figure = gatesFigure(view.runs[1], 4, [2], context());
  assert.equal(figure.data.length, 12);
  assert.deepEqual([...new Set(figure.data.map(({ yaxis }) => yaxis))], ["y", "y2", "y3", "y4"]);
  assertFinite(figure);
  assert.deepEqual(gatesFigure(view.runs[0], 4, [], context()).data, []);
});

test("gates: before the first frame the rows are there, empty", () => {
  const { view } = scene([run("g", "gru")], []);
  assert.equal(gatesFigure(view.runs[0], 4, [], context()).data.length, 3);
});

test("gates: an unbounded candidate gets room in powers of two", () => {
  assert.deepEqual(rangeOf("candidate", band(4, 0.5)), { low: -1, high: 1 });
  assert.deepEqual(rangeOf("candidate", { mean: [5], p10: [-3], p90: [40] }), { low: -64, high: 64 });
  assert.deepEqual(rangeOf("candidate", { mean: [null], p10: [null], p90: [null] }), { low: -1, high: 1 });
  assert.deepEqual(rangeOf("forget_gate", band(4, 0.5)), { low: 0, high: 1 });
});

test("heat: a row of colours, zero and overflow in colours of their own", () => {
  const row = heatRow(frame("r", 0, { grad_h: [0, null, 1] }), "h", 4);
  const pixel = (at) => [...row.slice(4 * at, 4 * at + 4)];
  assert.deepEqual(pixel(0), [0, 0, 0, 0]);
  assert.deepEqual(pixel(1), [...ZERO_COLOUR, 255]);
  assert.deepEqual(pixel(2), [...OVERFLOW_COLOUR, 255]);
  assert.deepEqual(gradientColour(1e-300, 1), gradientColour(1e-10, 1));
});

test("heat: frames fill the height by their training steps", () => {
  const log = [frame("r", 0), frame("r", 1), frame("r", 2)];
  assert.deepEqual(heatPlace(log, 0, 100), { top: 0, height: 0.1 });
  const last = heatPlace(log, 2, 100);
  assert.ok(Math.abs(last.top - 0.2) < 1e-12 && Math.abs(last.height - 0.1) < 1e-12);
  assert.ok(heatPlace([frame("r", 0)], 0, 100).height > 0);
});

test("highway: light is linear in the power of ten, and bounded", () => {
  assert.equal(lightOf(1, 1), 1);
  assert.equal(lightOf(1e-4, 1), 0.5);
  assert.equal(lightOf(1e-20, 1), 0);
  assert.equal(lightOf(0, 1), 0);
  assert.equal(lightOf(1e300, 1e-300), 1.3);
  assert.equal(lightOf(null, 1), 1.3);
});

test("highway: lanes with their marks, road and what arrives", () => {
  const { lanes } = scene([run("l", "lstm")], [lstmFrame("l", 0, { grad_h: [0, null, 0.1, 1] })]);
  const [cell, hidden] = lanes.map(laneScene);
  assert.deepEqual([...cell.open], [0.9, 0.9, 0.9, 0.9]);
  assert.equal(cell.arriving, 0.4);
  assert.deepEqual([...hidden.mark], [1, 2, 0, 0]);
  assert.equal(hidden.open, null);
  assert.equal(laneScene(scene([run("r", "rnn")], []).lanes[0]), null);
});

test("highway: the share that arrives", () => {
  assert.equal(arrivingShare([0, 1]), 0);
  assert.equal(arrivingShare([null, 1]), null);
  assert.equal(arrivingShare([1, 0]), 0);
  assert.equal(arrivingShare([]), null);
  assert.equal(arrivingShare([1e-3, 1e-1]), 1e-3 / 1e-1);
});

test("labels of the shared axes begin and end where the data do, with room between", () => {
  for (const length of [1, 2, 5, 20, 50, 97, 200, 1000]) {
    const at = timeTicks(length, 600);
    assert.equal(at[0], 1);
    assert.equal(at.at(-1), length);
    assert.ok(at.length <= 14, `${length}: ${at}`);
  }
  assert.deepEqual(stepTicks(1000, 300), [0, 500, 1000]);
  assert.equal(stepTicks(573, 600).at(-1), 573);
});
