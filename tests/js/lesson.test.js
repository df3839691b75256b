// The pure modules of the lesson, and the words it names.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { language, messages, staticText } from "./fixtures.js";
import { interventionsOf } from "../../static/js/lesson/measure.js";
import { forgetful } from "../../static/js/lesson/memory.js";
import { liveNumber, share } from "../../static/js/lesson/numbers.js";
import { isDue } from "../../static/js/lesson/calm.js";
import { answeringUnit } from "../../static/js/lesson/cell-figure.js";
import { stateOf } from "../../static/js/lesson/probe-figure.js";
import { experimentOf, hasEnded } from "../../static/js/lesson/run-figure.js";

const measured = {
  id: "clamp",
  values: { clamp: 0.5, forget_bias: 3 },
  frames: { lstm: { grad_h: [0.1, 1], grad_c: [8.8, 1], direct: [0.002, 1] } },
  length: 60,
};

test("numbers in sentences are written as the server writes them", () => {
  const [pt, en] = [language("pt-BR"), language("en")];
  assert.equal(liveNumber("power clamp.clamp", measured, pt), "1,7·10⁻¹⁸");
  assert.equal(liveNumber("power clamp.clamp", measured, en), "1.7·10⁻¹⁸");
  assert.equal(liveNumber("gap clamp", measured, en), "59");
  assert.equal(liveNumber("control clamp.clamp", measured, pt), "0,5");
  assert.equal(liveNumber("gate clamp.forget_bias", measured, en), "0.953");
  assert.equal(liveNumber("half_life clamp.forget_bias", measured, en), "14");
  assert.equal(liveNumber("figure clamp.lstm.c", measured, en), "8.8");
  assert.equal(liveNumber("figure clamp.lstm.direct", measured, en), "0.002");
  assert.equal(liveNumber("figure clamp.lstm.h", measured, en), "0.1");
});

test("a number of another figure, or of fixed settings, is left alone", () => {
  for (const source of ["figure radius.tanh.h", "figure clamp.lstm.c clamp=0.9", "half_life 3", "verified classic.lstm.solved"]) {
    assert.equal(liveNumber(source, measured, language("en")), null);
  }
});

test("a share that cannot be formed is none", () => {
  for (const series of [null, [], [1, 0], [null, 1], [1, null]]) assert.equal(share(series), null);
});

const config = {
  id: "x",
  kind: "probe",
  theory: false,
  length: 2,
  runs: [{ key: "lstm", label: "LSTM", spec: { task: { length: 2 }, model: { cell: "lstm", hidden_size: 4 }, training: {}, frame_every: 1 } }],
  controls: [
    { name: "clamp", path: "interventions.clamp_forget", stops: [0, 1], start: 1 },
    { name: "timestep", path: "", stops: [1, 2], start: 1 },
    { name: "hidden_size", path: "model.hidden_size", stops: [4, 8], start: 4 },
  ],
  presets: { classic: { experiment: { runs: [{}] }, runs: [] } },
};

test("only interventions are asked of a probe", () => {
  assert.deepEqual(interventionsOf(config, { clamp: 0.5, timestep: 2, hidden_size: 8 }), { clamp_forget: 0.5 });
});

test("a preset is sent as it stands, and other runs with their controls", () => {
  assert.deepEqual(experimentOf(config, {}, "classic"), { runs: [{}] });
  const own = { ...config, controls: config.controls.slice(2) };
  assert.equal(experimentOf(own, { hidden_size: 8 }, "").runs[0].model.hidden_size, 8);
  assert.equal(config.runs[0].spec.model.hidden_size, 4);
});

test("a probe becomes a state that the Lab's figures can draw", () => {
  const state = stateOf(config, { lstm: { run: "lstm", seq: 0, step: 0, grad_h: [1e-14, 1], grad_c: null } });
  assert.deepEqual(state.order, ["lstm"]);
  assert.equal(state.logs.lstm.length, 1);
  assert.ok(state.extent.relative.low <= -14);
});

test("the unit that answers most to a mark is found, whatever the others do", () => {
  const bytes = (/** @type {number[]} */ values, /** @type {number} */ columns) => ({
    dtype: "u1", shape: `${values.length / columns}, ${columns}`, bdata: btoa(String.fromCharCode(...values)), low: 0, high: 1,
  });
  const inputs = bytes([10, 0, 20, 255, 30, 0], 2); // only the second number is marked
  const input_gate = bytes([255, 20, 90, 255, 240, 100, 255, 30, 80], 3);
  assert.equal(answeringUnit({ probe: { units: { input_gate }, inputs } }), 1);
});

test("progress is kept where storage is forbidden, for this page", () => {
  const kept = forgetful("x");
  assert.deepEqual(kept.read(), []);
  kept.write(["a"]);
  assert.deepEqual(kept.read(), ["a"]);
});

test("a training that was stopped has not ended", () => {
  const of = (/** @type {string[]} */ ...states) => hasEnded({ order: states.map((_, at) => String(at)), runs: Object.fromEntries(states.map((state, at) => [String(at), { state }])) });
  assert.ok(of("solved", "diverged", "finished"));
  for (const states of [["solved", "cancelled"], ["failed"], ["running"], []]) assert.ok(!of(...states));
});

test("a count is read aloud every five seconds, a change of state at once", () => {
  assert.ok(isDue(null, "training", 0));
  assert.ok(!isDue({ kind: "training", at: 0 }, "training", 4999));
  assert.ok(isDue({ kind: "training", at: 0 }, "training", 5000));
  assert.ok(isDue({ kind: "training", at: 0 }, "over", 1));
});

test("every text that the lesson names exists, and nothing parses HTML", () => {
  const words = messages("pt-BR");
  for (const name of readdirSync(new URL("../../static/js/lesson", import.meta.url))) {
    const source = staticText(`js/lesson/${name}`);
    for (const [, key] of source.matchAll(/\bt\(\s*["']([a-z][\w.-]+)["']/g)) assert.ok(key in words, `${name} names ${key}`);
    assert.doesNotMatch(source, /innerHTML|insertAdjacentHTML|outerHTML|document\.write/, name);
  }
});
