import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutGates } from "../../static/js/ablation.js";
import { lossFigure } from "../../static/js/charts/loss.js";
import { allLanes, commonEnd, commonExtent, experimentIn, pinList, pinnedAt, pinText } from "../../static/js/pins.js";
import { initialState, reduce } from "../../static/js/reduce.js";
import { trainingEnd, viewAt } from "../../static/js/view.js";
import { lanesOf, runStyles } from "../../static/js/visual.js";
import { catalogue, context, experiment, frame, language, lstmFrame, PALETTE, run } from "./fixtures.js";

const ID = "0123456789abcdef";

test("an experiment is found in what people paste", () => {
  for (const text of [ID, ` ${ID} `, `https://x.org/lab?lang=en&exp=${ID}&t=3`, `?exp=${ID}`, `/api/v1/experiments/${ID}/events`]) {
    assert.equal(experimentIn(text), ID, text);
  }
  for (const text of ["", "hello", `${ID}0`, `exp=${ID.slice(1)}`, `<${ID}>`, `?pin=${ID}`]) assert.equal(experimentIn(text), null, text);
});

test("pins go to the address and back, each once, the newest three", () => {
  assert.deepEqual(pinList(null), []);
  assert.equal(pinText([]), null);
  assert.deepEqual(pinList(pinText(["a", "b", "a"])), ["a", "b"]);
  assert.deepEqual(pinList(pinText(["a", "b", "c", "d"])), ["b", "c", "d"]);
});

function stateOf(cell, makeFrame, count, more) {
  const finished = run(`${cell}-${count}`, cell, { state: "finished", seq: count - 1, step: (count - 1) * 10 });
  let state = reduce(initialState(), { type: "experiment", experiment: experiment([finished]) });
  for (let seq = 0; seq < count; seq += 1) state = reduce(state, { type: "frames", frames: [makeFrame(finished.id, seq, more)] });
  return state;
}

function sceneOf(state, pinned, step) {
  const surroundings = { palette: PALETTE, language: language() };
  const view = viewAt(state, step, runStyles(Object.values(state.runs), PALETTE, () => "RNN"));
  return {
    state,
    view,
    lanes: lanesOf(view, language().t),
    end: trainingEnd(state),
    pinned: pinned.map((each, at) => pinnedAt(each, at + 1, step, surroundings)),
  };
}

test("what is pinned stands behind, at the same training step, thinner and named", () => {
  const scene = sceneOf(stateOf("rnn", frame, 3), [stateOf("lstm", lstmFrame, 5)], 10);
  const lanes = allLanes(scene);
  assert.deepEqual(lanes.map(({ label }) => label), ["LSTM (pinned 1) c", "LSTM (pinned 1) h", "RNN"]);
  assert.equal(lanes[0].shown.frame.step, 10);
  assert.ok(lanes[0].width < lanes[2].width * 0.8);
  assert.equal(new Set(lanes.map(({ dash }) => dash)).size, 2);
  assert.equal(commonEnd(scene), 40);
});

test("the axis reaches what is pinned", () => {
  const far = { grad_h: [1e-40, 1e-20, 1e-2, 1] };
  const scene = sceneOf(stateOf("rnn", frame, 2), [stateOf("gru", frame, 2, far)], 0);
  assert.ok(commonExtent(scene).relative.low <= -40);
  assert.ok(scene.state.extent.relative.low > -20);
});

test("the loss of what is pinned is drawn, unless another metric judges it", () => {
  const [state, other] = [stateOf("rnn", frame, 3), stateOf("gru", frame, 3)];
  const scene = sceneOf(state, [other], 20);
  const names = (pinned) => lossFigure(state, scene.view, 20, context(), pinned).data.map(({ name }) => name);
  assert.deepEqual(names(scene.pinned), ["GRU (pinned 1)", "RNN"]);
  other.runs["gru-3"] = { ...other.runs["gru-3"], metric_name: "accuracy" };
  assert.deepEqual(names(sceneOf(state, [other], 20).pinned), ["RNN"]);
});

const clamp = { name: "clamp_forget", path: "model.clamp_forget", kind: "number", default: null, low: 0, high: 1, nullable: true };
const gated = {
  ...catalogue,
  cells: catalogue.cells.map((cell) => (cell.name === "lstm" ? { ...cell, options: [...cell.options, clamp] } : cell)),
  presets: [
    ...catalogue.presets,
    { id: "gates_away", experiment: { base: { model: { cell: "lstm" } }, vary: { "model.clamp_forget": [null, 1, 0.5] } }, prediction_options: [], answer: "" },
  ],
};
const spec = (cell, more = {}) => ({ ...run("x", cell).spec, model: { cell, hidden_size: 7, ...more } });

test("an LSTM loses its forget gate, and nothing else", () => {
  const setup = { preset: "classic", runs: [spec("rnn"), spec("lstm", { forget_bias: 3, clamp_forget: null })] };
  const next = withoutGates(setup, gated, 1);
  assert.equal(next.preset, "gates_away");
  assert.deepEqual(next.runs.map(({ model }) => model.clamp_forget), [null, 1, 0.5]);
  assert.deepEqual(next.runs[0], setup.runs[1]);
  assert.ok(next.runs.every(({ model }) => model.forget_bias === 3 && model.hidden_size === 7));
});

test("a GRU without gates is a plain RNN of the same size", () => {
  const setup = { preset: "classic", runs: [spec("gru", { update_bias: 1, init: "pytorch" })] };
  const next = withoutGates(setup, gated, 0);
  assert.deepEqual(next.runs[0], setup.runs[0]);
  assert.deepEqual(next.runs[1].model, { cell: "rnn", hidden_size: 7, init: "pytorch", spectral_radius: null });
});

test("a plain RNN has no gates to take away", () => {
  assert.equal(withoutGates({ preset: "classic", runs: [spec("rnn")] }, gated, 0), null);
});
