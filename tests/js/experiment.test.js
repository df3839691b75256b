import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue } from "./fixtures.js";
import {
  agreed,
  complaint,
  expand,
  optionsOf,
  sameQuestion,
  sameRuns,
  setCells,
  setOption,
  setTask,
  setupOf,
  setupOfRuns,
  toExperiment,
  twinOf,
} from "../../static/js/experiment.js";

const classic = setupOf(catalogue, "classic");
const bias = setupOf(catalogue, "bias");

test("a preset expands to complete runs", () => {
  assert.deepEqual(classic.runs.map((run) => run.model.cell), ["rnn", "lstm", "gru"]);
  assert.equal(classic.runs[0].model.init, "pytorch");
  assert.equal(classic.runs[1].model.forget_bias, 1);
  assert.equal(classic.runs[1].training.learning_rate, 0.01);
  assert.equal(classic.runs[2].seed, 0);
});

test("a product is in the server's order: the last varies fastest", () => {
  assert.deepEqual(
    bias.runs.map((run) => [run.model.forget_bias, run.seed]),
    [[0, 0], [0, 1], [1, 0], [1, 1], [3, 0], [3, 1]],
  );
});

test("runs may be listed", () => {
  const runs = expand({ runs: [{ model: { cell: "gru" } }, { seed: 4 }] }, catalogue);
  assert.deepEqual(runs.map((run) => [run.model.cell, run.seed]), [["gru", 0], ["lstm", 4]]);
});

test("an unknown preset is the first one", () => {
  assert.equal(setupOf(catalogue, "no such").preset, "classic");
});

test("an untouched preset is sent as it stands, a changed one run by run", () => {
  assert.equal(toExperiment(classic, catalogue), catalogue.presets[0].experiment);
  const changed = setOption(classic, catalogue, "seed", 5);
  assert.deepEqual(toExperiment(changed, catalogue), { runs: changed.runs });
  assert.equal(changed.runs.every((run) => run.seed === 5), true);
});

test("changing a value back leads back to the preset", () => {
  const there = setOption(classic, catalogue, "task.length", 80);
  assert.equal(sameRuns(there, classic), false);
  assert.equal(sameRuns(setOption(there, catalogue, "task.length", 50), classic), true);
});

test("another seed is the same question, another length is not", () => {
  assert.equal(sameQuestion(setOption(classic, catalogue, "seed", 9), classic), true);
  assert.equal(sameQuestion(setOption(classic, catalogue, "task.length", 9), classic), false);
});

test("an option is set only where it exists", () => {
  const changed = setOption(classic, catalogue, "model.forget_bias", 3);
  assert.deepEqual(changed.runs.map((run) => run.model.forget_bias), [undefined, 3, undefined]);
  const one = setOption(bias, catalogue, "model.forget_bias", 9, 2);
  assert.deepEqual(one.runs.map((run) => run.model.forget_bias), [0, 0, 9, 1, 3, 3]);
});

test("a new task keeps the length where it can", () => {
  const recall = setTask(setOption(classic, catalogue, "task.length", 80), catalogue, "recall");
  assert.deepEqual(recall.runs[0].task, { name: "recall", length: 80, noise: 0.1 });
  const tooLong = setTask(setOption(classic, catalogue, "task.length", 500), catalogue, "recall");
  assert.equal(tooLong.runs[0].task.length, 50);
});

test("cells can be exchanged, added and taken away", () => {
  const wide = setOption(classic, catalogue, "model.hidden_size", 8);
  const cells = setCells(wide, catalogue, ["gru", "lstm", "gru", "lstm"]);
  assert.deepEqual(cells.runs.map((run) => run.model.cell), ["gru", "lstm", "gru", "lstm"]);
  assert.deepEqual(cells.runs.map((run) => run.model.hidden_size), [8, 8, 8, 8]);
  assert.equal(cells.runs[0].model.spectral_radius, undefined);
  assert.equal(setCells(classic, catalogue, ["rnn"]).runs.length, 1);
});

test("whether runs agree on a value", () => {
  assert.deepEqual(agreed(classic.runs, "task.length"), { shared: true, value: 50, values: [50, 50, 50] });
  assert.equal(agreed(bias.runs, "model.forget_bias").shared, false);
  assert.deepEqual(agreed(classic.runs, "model.forget_bias").values, [1]);
});

test("a value is refused as the server refuses it", () => {
  const find = (path) => optionsOf(catalogue, classic.runs[1]).find((option) => option.path === path);
  assert.equal(complaint(find("task.length"), 50), null);
  assert.deepEqual(complaint(find("task.length"), 1), { code: "too_low", limit: 2 });
  assert.deepEqual(complaint(find("task.length"), 5000), { code: "too_high", limit: 1000 });
  assert.equal(complaint(find("task.length"), 2.5)?.code, "not_an_integer");
  assert.equal(complaint(find("task.length"), Number.NaN)?.code, "not_a_number");
  assert.equal(complaint(find("task.length"), null)?.code, "not_nullable");
  assert.equal(complaint(find("training.clip_norm"), null), null);
  assert.equal(complaint(find("dtype"), "int8")?.code, "choice");
});

test("a model that is equal to an earlier one is found, and one that differs in anything is not", () => {
  const setup = setCells(setupOf(catalogue, "classic"), catalogue, ["lstm", "lstm", "lstm"]);
  assert.deepEqual([0, 1, 2].map((at) => twinOf(setup, at)), [null, null, 1], "the first had other weights to begin with");
  assert.equal(twinOf(setOption(setup, catalogue, "model.forget_bias", 2, 2), 2), null);
});

test("the runs of an experiment lead back to the preset that they are", () => {
  const bias = setupOf(catalogue, "bias");
  assert.deepEqual(setupOfRuns(bias.runs, catalogue, "classic"), bias);
  assert.equal(setupOfRuns(bias.runs.slice(1), catalogue, "classic").preset, "classic");
});
