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
import { meanOpening, openingFigure, openingOf } from "../../static/js/lesson/opening.js";
import { legendRows, reaching, shownLanes, widened } from "../../static/js/lesson/profile.js";
import { experimentOf, largestNorms, networksOf } from "../../static/js/lesson/run-figure.js";
import { createTimeLeft } from "../../static/js/lesson/time-left.js";
import { hasEnded } from "../../static/js/status.js";
import { stateOf } from "../../static/js/lesson/untrained.js";

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
  kept: false,
  norms: false,
  untouched: ["free"],
  length: 2,
  runs: [{ key: "lstm", label: "LSTM", spec: { task: { length: 2 }, model: { cell: "lstm", hidden_size: 4 }, training: {}, frame_every: 1 } }],
  controls: [
    { name: "clamp", path: "interventions.clamp_forget", stops: [0, 1], start: 1 },
    { name: "timestep", path: "", stops: [1, 2], start: 1 },
    { name: "hidden_size", path: "model.hidden_size", stops: [4, 8], start: 4 },
  ],
  presets: { classic: { experiment: { runs: [{}] }, labels: ["Plain RNN"] } },
};

test("only interventions are asked of a probe, and not of a network that is left as it is", () => {
  const values = { clamp: 0.5, timestep: 2, hidden_size: 8 };
  assert.deepEqual(interventionsOf(config, values, "lstm", false), { clamp_forget: 0.5 });
  assert.deepEqual(interventionsOf(config, values, "lstm", true), { clamp_forget: 0.5 });
  assert.deepEqual(interventionsOf(config, values, "free", false), {});
});

test("what a network has learned is not set again in its trained weights", () => {
  const learned = { ...config, controls: config.controls.map((control) => ({ ...control, learned: control.name === "clamp" })) };
  assert.deepEqual(interventionsOf(learned, { clamp: 0.5 }, "lstm", true), {});
  assert.deepEqual(interventionsOf(learned, { clamp: 0.5 }, "lstm", false), { clamp_forget: 0.5 });
});

test("a preset is sent as it stands, and other runs with their controls", () => {
  assert.deepEqual(experimentOf(config, {}, "classic"), { runs: [{}] });
  const own = { ...config, controls: config.controls.slice(2) };
  assert.equal(experimentOf(own, { hidden_size: 8 }, "").runs[0].model.hidden_size, 8);
  assert.equal(config.runs[0].spec.model.hidden_size, 4);
});

test("the runs of a preset have the names that the server gave them, others those of the Lab", () => {
  const [preset] = networksOf(config, {}, "classic", language("en"));
  assert.equal(preset.label, "Plain RNN");
  const own = { ...config, controls: config.controls.slice(2), presets: {} };
  assert.deepEqual(networksOf(own, { hidden_size: 8 }, "", language("en")).map(({ key, label }) => [key, label]), [["lstm", "LSTM"]]);
});

test("a probe becomes a state that the Lab's figures can draw", () => {
  const state = stateOf(config.runs, { lstm: { run: "lstm", seq: 0, step: 0, grad_h: [1e-14, 1], grad_c: null } });
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

const gated = (/** @type {string} */ id, /** @type {number[]|null} */ direct, more = {}) => ({
  run: { id, spec: { model: { cell: id } } },
  cell: id,
  style: { label: id.toUpperCase(), colour: "rgb(1, 2, 3)", variant: 0 },
  frame: { grad_h: [0.5, 1], grad_c: id === "lstm" ? [0.25, 1] : null, direct, ...more },
});

test("a gate that is held is open by that much at every timestep", () => {
  const direct = [...Array(50).keys()].map((t) => 3 * 0.9 ** (49 - t));
  const opening = openingOf({ direct });
  assert.equal(opening.length, 49);
  for (const value of opening) assert.ok(Math.abs(Number(value) - 0.9) < 1e-12);
  assert.ok(Math.abs(Number(meanOpening(opening)) - 0.9) < 1e-12);
});

test("where nothing passes, a gate has no opening", () => {
  assert.deepEqual(openingOf({ direct: [1, 0, null, 2] }), [null, null, null]);
  for (const series of [[], [0.5, null], [0, 0.5]]) assert.equal(meanOpening(series), null);
  assert.deepEqual(openingOf({ direct: null }), []);
});

test("openings are drawn of the cells that have a gate, now and before training", () => {
  const view = { length: 3, step: 7, runs: [gated("rnn", null), gated("lstm", [0.5, 0.5, 1]), gated("gru", [0.125, 0.5, 1])] };
  const logs = { lstm: [gated("lstm", [0.0625, 0.25, 1]).frame], gru: [gated("gru", [0.015625, 0.125, 1]).frame] };
  const context = { palette: { ink: "rgb(0, 0, 0)", grid: "rgb(9, 9, 9)" }, language: language("en"), font: "x", text: 12, left: 60, right: 12, width: 600 };
  const { data } = openingFigure(view, logs, context);
  assert.deepEqual(data.map(({ x, y }) => [x, y]), [[[2, 3], [0.25, 0.25]], [[2, 3], [1, 0.5]], [[2, 3], [0.125, 0.125]], [[2, 3], [0.25, 0.5]]]);
});

test("only the state that a gate keeps is shown where a figure says so, beside its direct path", () => {
  const view = { length: 2, step: 0, runs: [gated("lstm", [0.125, 1])] };
  const en = language("en");
  assert.deepEqual(shownLanes(view, { ...config, kept: false }, en).map(({ label }) => label), ["LSTM c", "LSTM h"]);
  assert.deepEqual(shownLanes(view, { ...config, kept: true }, en).map(({ label }) => label), ["LSTM"]);
  const lanes = shownLanes(view, { ...config, kept: true, theory: true }, en);
  const rows = legendRows(lanes, true, en);
  assert.deepEqual(rows.map(({ label, value, word }) => [label, value, word]), [["LSTM: total", "0.25", "alive"], ["LSTM: direct path", "0.13", "alive"]]);
});

test("the axis reaches as far down as a direct path", () => {
  const extent = { absolute: { low: -10, high: 0 }, relative: { low: -10, high: 0 } };
  const reached = reaching(extent, { runs: [gated("lstm", [1e-15, 1]), gated("rnn", null), gated("gru", [0, 1])] });
  assert.deepEqual(reached, { ...extent, relative: { low: -15, high: 0 } });
});

test("a table takes further columns, a shorter one at its end", () => {
  const wide = widened({ caption: "c", head: ["t"], rows: [["1"], ["2"], ["3"]] }, [{ label: "f", series: [0.5, null] }], language("pt-BR"));
  assert.deepEqual(wide.head, ["t", "f"]);
  assert.deepEqual(wide.rows, [["1", ""], ["2", "0,5"], ["3", "∞"]]);
});

test("the largest norm of a run that overflowed is infinite", () => {
  const state = { order: ["a", "b"], logs: { a: [{ grad_norm: 2 }, { grad_norm: 3e6 }, { grad_norm: 1 }], b: [{ grad_norm: null }] } };
  assert.equal(largestNorms(state, ["relu", "tanh"], language("en")), "Largest norm of the gradient: relu: 3·10⁶; tanh: ∞.");
});

test("the time that is left is that of the slowest run in training", () => {
  let now = 0;
  const left = createTimeLeft(() => now);
  const at = (/** @type {number} */ a, /** @type {number} */ b) => ({ order: ["a", "b", "c"], runs: { a: { state: "running", step: a, steps: 100 }, b: { state: "running", step: b, steps: 100 }, c: { state: "solved", step: 5, steps: 100 } } });
  assert.equal(left(at(0, 0)), null);
  now = 1000;
  assert.equal(left(at(10, 50)), 9);
});

test("the numbers of a unit are read from its frame", () => {
  const one = (/** @type {number} */ value) => ({ dtype: "u1", shape: "2, 1", bdata: btoa(String.fromCharCode(255, value)), low: 0, high: 1 });
  const probe = { inputs: one(0), units: { update_gate: one(51), candidate: one(102), hidden_state: one(204) } };
  const of = { id: "tips", values: {}, frames: { gru: { probe } }, length: 2 };
  const said = ["z", "n", "h", "before"].map((letter) => liveNumber(`unit tips.gru.${letter}`, of, language("en")));
  assert.deepEqual(said, ["0.2", "0.4", "0.8", "1"]);
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
