// Every figure as a table: the same numbers, in the reader's language.

import assert from "node:assert/strict";
import { test } from "node:test";
import { experiment, frame, language, lstmFrame, PALETTE, run } from "./fixtures.js";
import { heatSummary } from "../../static/js/describe.js";
import { initialState, reduce } from "../../static/js/reduce.js";
import { TABLES, trainingSteps } from "../../static/js/tables.js";
import { viewAt } from "../../static/js/view.js";
import { lanesOf, runStyles } from "../../static/js/visual.js";

function scene(runs, frames, more = {}, lang = "pt-BR") {
  let state = reduce(initialState(), { type: "experiment", experiment: experiment(runs) });
  state = reduce(state, { type: "frames", frames });
  const view = viewAt(state, 1000, runStyles(runs, PALETTE, (each) => each.label.toUpperCase()));
  const lanes = lanesOf(view, language(lang).t);
  return {
    ...{ state, view, lanes, scale: "relative", transports: { version: 0, byRun: {} }, gates: 0, cell: 0, unit: 1, timestep: null, tried: null },
    ...{ surroundings: { language: language(lang) } },
    ...more,
  };
}

const byte = (...levels) => ({ dtype: "u1", shape: `${levels.length}, 1`, bdata: btoa(String.fromCharCode(...levels)), low: 0, high: 1 });
const lstm = () =>
  lstmFrame("l", 0, {
    probe: {
      inputs: byte(0, 255, 0, 0),
      units: Object.fromEntries(["forget_gate", "input_gate", "candidate", "output_gate", "cell_state", "hidden_state"].map((name) => [name, byte(0, 51, 102, 255)])),
    },
  });
const pair = (more, lang) => scene([run("l", "lstm"), run("r", "rnn")], [lstm(), frame("r", 0, { grad_h: [0, null, 0.5, 2] })], more, lang);

test("the profile: a row per timestep, a column per line, zero and overflow told", () => {
  const { head, rows, caption } = TABLES.profile(pair());
  assert.deepEqual(head, ["passo de tempo t", "LSTM c", "LSTM h", "RNN"]);
  assert.deepEqual(rows.map((row) => row[3]), ["0", "∞", "0,25", "1"]);
  assert.deepEqual(rows[0].slice(0, 3), ["1", "0,4", "10⁻⁶"]);
  assert.match(caption, /passo de treino/);
  assert.equal(TABLES.profile(pair({ scale: "absolute" })).rows[2][3], "0,5");
});

test("the highway: what arrives at every timestep, and the gate that keeps the state beside its lane", () => {
  const { head, rows } = TABLES.highway(pair({ scale: "absolute" }, "en"));
  assert.deepEqual(head, ["timestep t", "LSTM c", "LSTM: forget gate f", "LSTM h", "RNN"]);
  assert.deepEqual(rows[0], ["1", "0.4", "0.9", "10⁻⁶", "0"]);
  assert.deepEqual(rows.map((row) => row[4]), ["0", "∞", "0.25", "1"]);
});

test("the heat map in a sentence: from what to what the share went that arrives", () => {
  const frames = [frame("r", 0, { grad_h: [1e-6, 1] }), frame("r", 1, { grad_h: [0.5, 1] })];
  const { view, lanes, state } = scene([run("r", "rnn"), run("q", "rnn")], frames, {}, "en");
  assert.match(heatSummary(view, lanes, state.logs, language("en")), /went: RNN: from 10⁻⁶ to 0\.5 \(alive\)\.$/);
  assert.equal(heatSummary(view, lanes, {}, language("en")), language("en").t("summary.empty"));
});

test("the Jacobian at the timesteps where it was measured", () => {
  const transports = { version: 1, byRun: { l: { timesteps: [1, 4], largest: [1e-5, 1], rms: [] }, r: null } };
  assert.deepEqual(TABLES.profile(pair({ scale: "jacobian", transports })).rows, [["1", "10⁻⁵"], ["4", "1"]]);
});

test("a shorter sequence has no number before it begins", () => {
  const { rows } = TABLES.profile(scene([run("a", "rnn"), run("b", "rnn")], [frame("a", 0), frame("b", 0, { grad_h: [0.5, 1] })]));
  assert.deepEqual(rows.map((row) => row[2]), ["", "", "0,5", "1"]);
});

test("the gates: mean and band", () => {
  const { rows, head } = TABLES.gates(pair({}, "en"));
  assert.equal(head.length, 5);
  assert.equal(rows.length, 4);
  assert.equal(rows[0][1], "0.9 (0.45 to 0.95)");
});

test("the cell: its parts by name, at the step where the input matters", () => {
  const shown = pair({ timestep: 2 });
  const { rows, caption } = TABLES.cell(shown);
  assert.match(caption, /LSTM, unidade 1, em t = 2/);
  assert.deepEqual(rows.at(0), ["entrada x", "1"]);
  assert.deepEqual(rows.at(1), ["estado da célula c, um passo antes", "0"]);
  assert.equal(rows.length, 8);
  assert.deepEqual(TABLES.cell(pair({ cell: 1 })).rows, []); // no probe recorded for this one
});

test("through training: steps that any run has, the last of each among them", () => {
  const frames = Array.from({ length: 200 }, (_, seq) => frame("r", seq, { loss: 1 / (seq + 1) }));
  const shown = scene([run("r", "rnn", { metric_name: "accuracy" })], frames.slice(0, 90));
  const { rows, head } = TABLES.loss(shown);
  assert.deepEqual(head, ["passo de treino", "RNN: perda", "RNN: pontuação"]);
  assert.ok(rows.length <= 41);
  assert.deepEqual([rows[0], rows.at(-1)[0]], [["0", "1", "0,2"], "890"]);
  assert.equal(TABLES.heat(shown).rows[0][1], "10⁻⁶");
  assert.deepEqual(trainingSteps([[{ step: 0 }, { step: 10 }], [{ step: 5 }], []]), [0, 5, 10]);
});

test("what if: the networks as they were measured without training", () => {
  const { view, lanes } = pair();
  const { head, rows, caption } = TABLES.try(pair({ tried: { version: 1, trained: true, view, lanes, high: 0 } }));
  assert.deepEqual(head, ["passo de tempo t", "LSTM c", "LSTM h", "RNN"]);
  assert.deepEqual(rows[3], ["4", "1", "1", "1"]);
  assert.match(caption, /pesos treinados/);
  assert.deepEqual(TABLES.try(pair({ tried: null })).rows, [], "nothing was measured: not what was trained");
});

test("before the first frame the tables are there, empty", () => {
  const empty = scene([run("l", "lstm")], []);
  for (const [name, table] of Object.entries(TABLES)) {
    const { head, rows } = table(empty);
    assert.ok(head.length >= 2, name);
    for (const row of rows) assert.ok(row.slice(1).every((text) => text === ""), name);
  }
});
