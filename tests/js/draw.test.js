// A figure as SVG: what stands where.

import assert from "node:assert/strict";
import { test } from "node:test";
import { context, experiment, frame, language, lstmFrame, PALETTE, run } from "./fixtures.js";
import { drawFigure } from "../../static/js/charts/draw.js";
import { inspectable } from "../../static/js/charts/inspect.js";
import { gatesFigure } from "../../static/js/charts/gates.js";
import { jacobianFigure } from "../../static/js/charts/jacobian.js";
import { baseLayout, horizontal, lineLabel } from "../../static/js/charts/layout.js";
import { lossFigure } from "../../static/js/charts/loss.js";
import { profileFigure } from "../../static/js/charts/profile.js";
import { markupOf } from "../../static/js/export/compose.js";
import { initialState, reduce } from "../../static/js/reduce.js";
import { viewAt } from "../../static/js/view.js";
import { lanesOf, runStyles } from "../../static/js/visual.js";

const SIZE = { width: 876, height: 200 };
const WIDE = { range: [0, 8], tickvals: [0, 8], ticktext: ["0", "8"], tickcolor: "t", gridcolor: "g", linecolor: "l" };

/** Axes from 0 to 8: 100 pixels for 1 across, 10 down. */
function figure(data, more = {}) {
  const layout = baseLayout(context(), { margin: { l: 60, r: 16, t: 20, b: 100 }, xaxis: WIDE, yaxis: WIDE, ...more });
  return drawFigure({ data, layout }, SIZE);
}
const line = (y, more = {}) => ({ mode: "lines", x: y.map((_, at) => at), y, line: { color: "c", width: 2, dash: "dot" }, ...more });
const traces = (nodes) => nodes.filter(({ attributes }) => attributes.class === "trace");

test("a point stands where its axes say, and a line breaks where there is none", () => {
  const [{ attributes }] = traces(figure([line([0, 8, null, 4, 4])]));
  assert.equal(attributes.d, "M60 100L160 20M360 60L460 60");
  assert.equal(attributes["stroke-dasharray"], "1.5 3.5");
});

test("a band reaches to the line before it, in as many pieces as there are", () => {
  const nodes = figure([line([0, 0, 0, 0]), line([8, null, 8, 8], { fill: "tonexty", fillcolor: "f" })]);
  const [band] = nodes.filter(({ attributes }) => attributes.fill === "f");
  assert.equal(band.attributes.d, "M60 20L60 100ZM260 20L360 20L360 100L260 100Z");
});

test("of many points few have a marker, and what has none is not marked", () => {
  const y = Array(20).fill(4).with(5, null);
  const marker = { symbol: "square-open", size: 8, color: "m", maxdisplayed: 4 };
  const nodes = figure([{ ...line(y), mode: "lines+markers", marker }]).filter(({ attributes }) => attributes.transform);
  assert.deepEqual(nodes.map(({ attributes }) => attributes.transform.split(" ")[0]), ["translate(60", "translate(1060", "translate(1560"]);
  assert.ok(nodes.every(({ attributes }) => attributes.fill === "none" && attributes.stroke === "m"));
});

test("labels stand at their ticks, notes and lines at the values they are of", () => {
  const notes = { shapes: [horizontal(2, "s", "dash")], annotations: [lineLabel(context(), "two", 2, "n")] };
  const nodes = figure([], notes);
  const texts = nodes.filter(({ name }) => name === "text");
  assert.deepEqual(texts.map(({ children }) => children[0]), ["0", "8", "0", "8", "two"]);
  const [, right, first, , note] = texts.map(({ attributes }) => attributes);
  assert.deepEqual([first.x, first["text-anchor"], right.x, note.x, note["text-anchor"]], [53, "end", 860, 860, "end"]);
  assert.ok(note.y < 80 && note.y > 70, "above its line");
  const [rule] = nodes.filter(({ attributes }) => attributes.stroke === "s");
  assert.deepEqual([rule.attributes.y1, rule.attributes.y2, rule.attributes.x1, rule.attributes.x2], [80, 80, 60, 860]);
});

test("every figure of the Lab can be drawn, whatever was measured, and its words cannot break out", () => {
  const runs = [run("r", "rnn", { metric_name: "accuracy", label: "<RNN & co>" }), run("l", "lstm", { metric_name: "accuracy" })];
  const odd = frame("r", 0, { grad_h: [0, null, 5e-324, 1e308], loss: null, metric: 0.5, bound: [null, 1e300, 1, 1] });
  for (const frames of [[], [odd, lstmFrame("l", 0), lstmFrame("l", 1, { loss: 0 })]]) {
    let state = reduce(initialState(), { type: "experiment", experiment: experiment(runs) });
    state = reduce(state, { type: "frames", frames });
    const view = viewAt(state, 1000, runStyles(runs, PALETTE, (each) => each.label));
    const lanes = lanesOf(view, language().t);
    const transport = { timesteps: [1, 4], largest: [null, 1], rms: [0, 1] };
    const drawn = [
      profileFigure(view, lanes, { scale: "relative", theory: true, extent: state.extent }, context()),
      lossFigure(state, view, 100, context()),
      gatesFigure(view.runs[1], view.length, [2], context()),
      jacobianFigure(view, { r: transport, l: null }, true, context()),
    ].map((each) => drawFigure(each, SIZE).map(markupOf).join(""));
    for (const markup of drawn) assert.doesNotMatch(markup, /NaN|undefined|Infinity|null|<RNN/);
  }
});

test("who inspects a figure reads what was measured, in the reader's numbers, and the time axis stays", () => {
  let state = reduce(initialState(), { type: "experiment", experiment: experiment([run("r", "rnn")]) });
  state = reduce(state, { type: "frames", frames: [frame("r", 0, { grad_h: [0, 1e-4, 0.05, 1], bound: [1, 1, 1, 1] })] });
  const view = viewAt(state, 0, runStyles([run("r", "rnn")], PALETTE, () => "RNN"));
  const figure = profileFigure(view, lanesOf(view, language().t), { scale: "relative", theory: true, extent: state.extent }, context("pt-BR"));
  const { data, layout } = inspectable(figure, PALETTE, (value) => language("pt-BR").number(value, 3));
  assert.deepEqual(data[0].text, ["", "10⁻⁴", "0,05", "1"]);
  assert.equal(data[0].hovertemplate, "RNN: %{text}<extra></extra>");
  assert.deepEqual(data.slice(1).map(({ hoverinfo }) => hoverinfo), ["skip", "skip"]);
  assert.deepEqual([layout.xaxis.fixedrange, layout.yaxis.fixedrange], [true, false]);
});
