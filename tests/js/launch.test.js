import assert from "node:assert/strict";
import { test } from "node:test";
import { addModel, setupOf } from "../../static/js/experiment.js";
import { initialState, reduce } from "../../static/js/reduce.js";
import { guessLocked } from "../../static/js/ui/launch.js";
import { catalogue, experiment, run } from "./fixtures.js";

const shown = (state) => reduce(initialState(), { type: "experiment", experiment: experiment([run("a", "rnn", { state })]) });

test("a prediction stands from the moment it is sent until another question is asked", () => {
  assert.equal(guessLocked(initialState(), false), false);
  assert.equal(guessLocked(reduce(initialState(), { type: "submitting" }), false), true);
  assert.equal(guessLocked(shown("running"), false), true, "a setting was changed meanwhile");
  assert.equal(guessLocked(shown("solved"), true), true);
  assert.equal(guessLocked(shown("solved"), false), false);
  assert.equal(guessLocked(shown("cancelled"), true), false, "nothing was told");
});

test("each model that is added differs from all others", () => {
  let setup = setupOf(catalogue, "classic");
  for (let more = 0; more < 3; more += 1) setup = addModel(setup, catalogue);
  assert.equal(new Set(setup.runs.map((each) => JSON.stringify(each))).size, 6);
  const alone = { ...setup, runs: setup.runs.slice(0, 1) };
  assert.deepEqual(addModel(alone, catalogue).runs.map(({ model }) => model.cell), ["rnn", "lstm"]);
});
