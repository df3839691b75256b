// Measuring without training: which controls, what is asked, what is drawn from.

import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue, frame, lstmFrame, run } from "./fixtures.js";
import { changeable, measuredState, question } from "../../static/js/try.js";

const shown = (cell, more = {}) => ({ run: run(cell, cell), cell, probed: null, ...more });
const names = (specs) => changeable(specs, catalogue).map(({ option }) => option.name);
const spec = (cell, more = {}) => ({ ...run("x", cell).spec, model: { cell, init: "keras", ...more } });

test("only what some network has can be changed", () => {
  assert.deepEqual(names([spec("rnn")]), ["spectral_radius", "length", "init"]);
  assert.deepEqual(names([spec("gru")]), ["forget_bias", "length", "init"]);
  assert.deepEqual(names([spec("rnn"), spec("lstm")]), ["spectral_radius", "forget_bias", "clamp_forget", "length", "init"]);
});

test("a control begins where the set-up stands", () => {
  const found = (specs, name) => changeable(specs, catalogue).find(({ option }) => option.name === name);
  assert.equal(found([spec("rnn")], "length").value, 4);
  assert.equal(found([spec("rnn"), spec("lstm", { init: "pytorch" })], "init").value, undefined);
  assert.equal(found([spec("lstm", { clamp_forget: null })], "clamp_forget").value, undefined);
  assert.equal(found([spec("lstm", { forget_bias: 1 }), spec("rnn")], "forget_bias").value, 1);
  assert.ok(found([spec("lstm")], "length").option.high <= 300);
});

test("a change is asked of the networks that have it, the length of all", () => {
  const changes = { spectral_radius: 0.5, forget_bias: 3, clamp_forget: null, length: 20 };
  assert.deepEqual(question(shown("rnn"), changes, false).interventions, { spectral_radius: 0.5, length: 20 });
  assert.deepEqual(question(shown("gru"), changes, false).interventions, { forget_bias: 3, length: 20 });
  assert.deepEqual(question(shown("lstm"), { clamp_forget: 0 }, false).interventions, { clamp_forget: 0 });
});

test("initial weights are the spec's, of either library; trained ones are those of a stored step", () => {
  assert.equal(question(shown("rnn"), { init: "pytorch" }, false).spec.model.init, "pytorch");
  const probed = frame("rnn", 3);
  assert.deepEqual(question(shown("rnn", { probed }), { init: "pytorch", length: 9 }, true), { run: "rnn", step: 30, interventions: { length: 9 } });
});

test("an answer becomes a state that the figures can draw", () => {
  const state = measuredState([run("a", "rnn"), run("b", "lstm")], [frame("other", 7), lstmFrame("else", 9)]);
  assert.deepEqual(state.order.map((id) => [state.logs[id].length, state.runs[id].state]), [[1, "finished"], [1, "finished"]]);
});
