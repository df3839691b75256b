// Transport without a loss: what is asked, what is drawn, what is said.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../static/js/api.js";
import { context, experiment, frame, language, lstmFrame, PALETTE, run } from "./fixtures.js";
import { jacobianFigure, transportAt } from "../../static/js/charts/jacobian.js";
import { jacobianSummary } from "../../static/js/describe.js";
import { createLatest } from "../../static/js/latest.js";
import { initialState, reduce } from "../../static/js/reduce.js";
import { createTransports, wantedOf } from "../../static/js/transports.js";
import { viewAt } from "../../static/js/view.js";
import { runStyles } from "../../static/js/visual.js";

const probe = { inputs: {}, units: {} };
const vanished = { timesteps: [1, 2, 4], largest: [0, 1e-3, 1], rms: [0, 1e-4, 1] };
const exploded = { timesteps: [1, 2, 4], largest: [null, 1e30, 1], rms: [1e40, 1e20, 1] };

function scene() {
  const runs = [run("r", "rnn"), run("l", "lstm")];
  let state = reduce(initialState(), { type: "experiment", experiment: experiment(runs) });
  state = reduce(state, { type: "frames", frames: [frame("r", 0, { probe, bound: [1e-5, 1e-3, 0.1, 10] }), lstmFrame("l", 0, { probe })] });
  return viewAt(state, 0, runStyles(runs, PALETTE, (each) => each.label));
}

test("the largest singular value of each network and its mean over directions, and theory if wanted", () => {
  const view = scene();
  const plain = jacobianFigure(view, { r: vanished, l: exploded }, false, context());
  assert.deepEqual(plain.data.map(({ name }) => name), ["rnn", "rms", "lstm", "rms"]);
  assert.deepEqual(plain.data[0].x, [1, 2, 4]);
  for (const { x, y } of plain.data) for (const value of [...x, ...y]) assert.ok(Number.isFinite(value));
  const theory = jacobianFigure(view, { r: vanished, l: null }, true, context()).data;
  assert.deepEqual(theory.map(({ name }) => name), ["rnn", "rms", "theory", "theory"]);
  // The bound (σγ)^(T−t) alone: without the gradient that it is multiplied with in a frame.
  assert.deepEqual(theory[2].y.map((value) => Math.round(value)), [-6, -4, -2, 0]);
});

test("the value at a timestep is that of the nearest measured one", () => {
  assert.deepEqual(transportAt(vanished, 2, 4), { t: 2, value: 1e-3 });
  assert.deepEqual(transportAt(vanished, 5, 6), { t: 4, value: 1e-3 }); // a shorter sequence ends at the same step
  assert.equal(transportAt(null, 1, 4), null);
});

test("what the Jacobians say", () => {
  const said = jacobianSummary(scene(), { r: vanished, l: exploded }, language("pt-BR"));
  assert.match(said, /rnn: 0 \(zero exato\); lstm: ∞ \(estourou\)/);
  assert.equal(jacobianSummary(scene(), {}, language("en")), language("en").t("summary.jacobian.waiting"));
});

test("the weights of a step that was stored are asked for, or those of a spec before a run", () => {
  const [shown] = scene().runs;
  assert.deepEqual(wantedOf(shown).asked, { run: "r", step: 0 });
  assert.equal(wantedOf({ ...shown, probed: null }), null);
  assert.deepEqual(Object.keys(wantedOf({ ...shown, run: { ...shown.run, state: "ready" } }).asked), ["spec"]);
});

test("each measurement is asked once, and what could not be measured is empty", async () => {
  const asked = [];
  const api = {
    probe: (question) => {
      asked.push(question.run);
      return question.run === "l" ? Promise.reject(new ApiError({ status: 422 })) : Promise.resolve({ transport: vanished });
    },
  };
  let woken = 0;
  const transports = createTransports(api, () => (woken += 1));
  const { runs } = scene();
  assert.deepEqual(transports.of(runs).byRun, { r: null, l: null });
  transports.of(runs);
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(transports.of(runs).byRun, { r: vanished, l: null });
  assert.deepEqual([asked, woken], [["r", "l"], 1]);
});

test("of the questions that come while one is answered only the latest is asked", async () => {
  const asked = [];
  const failed = [];
  const latest = createLatest(
    async (question) => {
      asked.push(question);
      await Promise.resolve();
      if (question === 1) throw new Error("no");
    },
    (error) => failed.push(error.message),
  );
  const all = latest.ask(1);
  void latest.ask(2);
  void latest.ask(3);
  await all;
  assert.deepEqual([asked, failed], [[1, 3], ["no"]]);
});
