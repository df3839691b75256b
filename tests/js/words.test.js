import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue, experiment, frame, language, lstmFrame, PALETTE, run } from "./fixtures.js";
import { fieldProblem, gradientAt, lossSummary, outcome, problemText, profileSummary, statusOf } from "../../static/js/describe.js";
import { initialState, reduce } from "../../static/js/reduce.js";
import { runLabels } from "../../static/js/run-labels.js";
import { setupOf } from "../../static/js/experiment.js";
import { nearest, stops, whenSwitchedOn } from "../../static/js/slider-scale.js";
import { viewAt } from "../../static/js/view.js";
import { lanesOf, runStyles } from "../../static/js/visual.js";
import { createPace } from "../../static/js/pace.js";
import { decode } from "../../static/js/typed-array.js";

const pt = language("pt-BR");
const en = language("en");

function scene(runs, frames, lang = pt) {
  let state = reduce(initialState(), { type: "experiment", experiment: experiment(runs) });
  state = reduce(state, { type: "frames", frames });
  const view = viewAt(state, 10, runStyles(runs, PALETTE, (each) => each.label.toUpperCase()));
  return { view, lanes: lanesOf(view, lang.t) };
}

test("what the profile says, in the reader's language and numbers", () => {
  const { view, lanes } = scene([run("r", "rnn"), run("l", "lstm")], [frame("r", 0), lstmFrame("l", 0, { grad_h: [0, 0.1, 0.5, 1] })]);
  const text = profileSummary(view, lanes, pt);
  assert.match(text, /RNN: 10⁻⁶ \(sumiu\)/);
  assert.match(text, /LSTM c: 0,4 \(vivo\)/);
  assert.match(text, /LSTM h: 0 \(zero exato\)/);
  assert.match(profileSummary(view, lanes, en), /LSTM c: 0\.4 \(alive\)/);
});

test("before any frame it says so", () => {
  const { view, lanes } = scene([run("r", "rnn")], []);
  assert.equal(profileSummary(view, lanes, en), "No measurements yet.");
  assert.equal(lossSummary(view, en), "No measurements yet.");
});

test("every state of a run has its words", () => {
  const said = (more, frames) => statusOf(scene([run("r", "rnn", more)], frames).view.runs[0], en).text;
  assert.equal(said({ state: "queued", position: 2 }, []), "in the queue: 2");
  assert.equal(said({ state: "queued" }, []), "in the queue");
  assert.equal(said({ state: "running" }, []), "starting");
  assert.equal(said({ state: "running" }, [frame("r", 0)]), "training");
  assert.equal(said({ state: "solved" }, [frame("r", 0), frame("r", 1)]), "solved it at step 10");
  assert.equal(said({ state: "finished" }, [frame("r", 1)]), "did not solve it in 100 steps");
  assert.equal(said({ state: "diverged" }, [frame("r", 1)]), "diverged at step 10");
  assert.equal(said({ state: "cancelled" }, []), "stopped at step 0");
  assert.equal(said({ state: "failed", error: { code: "x", message: "secret" } }, []), "failed on the server");
});

test("a run that was solved later is still training in a view of the past", () => {
  const { view } = scene([run("r", "rnn", { state: "solved" })], [frame("r", 0), frame("r", 1), frame("r", 5)]);
  assert.equal(statusOf(view.runs[0], en).state, "running");
});

test("the outcome names every model", () => {
  const { view } = scene([run("r", "rnn", { state: "finished" }), run("g", "gru", { state: "solved" })], [frame("r", 1), frame("g", 1)]);
  assert.equal(outcome(view, en), "RNN did not solve it in 100 steps; GRU solved it at step 10");
});

test("the value under the cursor", () => {
  const { lanes } = scene([run("r", "rnn")], [frame("r", 0, { grad_h: [0, null, 0.2, 2] })]);
  const at = (t, scale = "relative") => gradientAt(lanes[0], t, 4, scale, en);
  assert.deepEqual([at(1), at(2), at(3), at(4), at(null)], ["0", "∞", "0.1", "1", ""]);
  assert.equal(at(3, "absolute"), "0.2");
});

test("a refused field is told from its code and limit", () => {
  assert.equal(fieldProblem({ path: "x", message: "must be at most 1000", limit: 1000, code: "too_high" }, pt), "O máximo é 1.000.");
  assert.equal(fieldProblem({ path: "x", message: "no", limit: ["a", "b"], code: "not_a_choice" }, en), "Choose one of: a, b.");
  assert.equal(fieldProblem({ path: "x", message: "no", code: "brand_new" }, en), en.t("problem.invalid"));
});

test("a refused request has words, known or not", () => {
  const problem = (code, more = {}) => ({ status: 503, code, detail: "", errors: [], ...more });
  assert.equal(problemText(problem("draining"), en), en.t("problem.draining"));
  assert.match(problemText(problem("brand_new"), en), /\(503\)/);
});

test("runs of one cell are named by what tells them apart", () => {
  const names = (id) => runLabels(setupOf(catalogue, id).runs, en);
  assert.deepEqual(names("classic"), ["RNN", "LSTM", "GRU"]);
  assert.deepEqual(names("bias").slice(0, 3), ["LSTM b_f 0, seed 0", "LSTM b_f 0, seed 1", "LSTM b_f 1, seed 0"]);
  const [free, one] = setupOf(catalogue, "classic").runs.slice(1, 2).flatMap((lstm) => [
    { ...lstm, model: { ...lstm.model, clamp_forget: null, forget_bias: 3 } },
    { ...lstm, model: { ...lstm.model, clamp_forget: 1, forget_bias: 3 } },
  ]);
  assert.deepEqual(runLabels([free, one], pt), ["LSTM f livre", "LSTM f 1"]);
});

test("sliders stop at round values and at both limits", () => {
  const rate = catalogue.training[0];
  assert.deepEqual(stops(rate).slice(0, 4), [1e-5, 2e-5, 5e-5, 1e-4]);
  assert.equal(stops(rate).at(-1), 1);
  const length = catalogue.tasks[0].options[0];
  assert.ok(stops(length).every(Number.isInteger));
  assert.ok([50, 80, 100, 200].every((value) => stops(length).includes(value)));
  assert.deepEqual([stops(length)[0], stops(length).at(-1)], [2, 1000]);
  assert.deepEqual(stops(catalogue.run[1]), []); // seeds
  const bias = catalogue.cells[1].options.find(({ name }) => name === "forget_bias");
  assert.ok(stops(bias).includes(0) && stops(bias).includes(0.3));
  assert.equal(stops(bias)[nearest(stops(bias), 2.97)], 3);
});

test("what is switched on begins at a sensible value", () => {
  assert.equal(whenSwitchedOn(catalogue.training[2]), 1);
  assert.equal(whenSwitchedOn(catalogue.cells[0].options[2]), 1);
});

test("time left follows the pace", () => {
  const pace = createPace();
  assert.equal(pace.left("a", 100), null);
  for (let second = 0; second <= 5; second += 1) pace.note("a", 10 * second, second);
  assert.equal(pace.left("a", 100), 5);
});

test("typed arrays of the probe are decoded", () => {
  const decoded = decode({ dtype: "u1", shape: "2, 3", bdata: btoa(String.fromCharCode(0, 51, 102, 153, 204, 255)), low: -1, high: 1 });
  assert.equal(decoded.at(0, 0), -1);
  assert.equal(decoded.at(1, 2), 1);
  assert.ok(Math.abs(decoded.at(0, 1) - -0.6) < 1e-12);
});

test("arrays of two bytes are decoded, up to the range of a diverged run", () => {
  const decoded = decode({ dtype: "u2", shape: "3, 1", bdata: btoa("\x00\x00\x01\x80\xff\xff"), low: -1e308, high: 1e308 });
  assert.deepEqual([decoded.at(0, 0), decoded.at(2, 0)], [-1e308, 1e308]);
  assert.ok(Math.abs(decoded.at(1, 0)) < 1e304);
});
