// What is seen inside a network: its inputs, its units, its cell.

import assert from "node:assert/strict";
import { test } from "node:test";
import { experiment, frame, language, PALETTE, run } from "./fixtures.js";
import { cellNumbers, cellTexts, cellTimestep, INSIDE } from "../../static/js/charts/cell.js";
import { channels, inputText, relevantSteps } from "../../static/js/charts/inputs.js";
import { unitAt, unitPixels, unitScale } from "../../static/js/charts/units.js";
import { initialState, reduce } from "../../static/js/reduce.js";
import { createProbeReader, readProbe } from "../../static/js/typed-array.js";
import { viewAt } from "../../static/js/view.js";
import { CELLS } from "../../static/js/visual.js";

const [en, pt] = [language("en"), language("pt-BR")];

/** Rows over time as the wire writes them, two bytes each. */
function typed(rows) {
  const flat = rows.flat();
  const [low, high] = [Math.min(...flat), Math.max(...flat)];
  const levels = flat.map((value) => Math.round(high > low ? (65535 * (value - low)) / (high - low) : 0));
  const bdata = btoa(levels.map((level) => String.fromCharCode(level & 255, level >> 8)).join(""));
  return { dtype: "u2", shape: `${rows.length}, ${rows[0].length}`, bdata, low, high };
}
const read = (rows) => readProbe({ inputs: typed(rows), units: {} }).inputs;

const adding = { name: "adding", length: 4 };
const pairs = read([[0.5, 0], [0.25, 1], [1, 0], [0, 1]]);

test("the marked steps of a task are those on which its answer depends", () => {
  assert.deepEqual(relevantSteps(adding, pairs), [2, 4]);
  assert.deepEqual(relevantSteps({ name: "adding_hs97" }, read([[0, -1], [0.3, 1], [0, 0], [0, -1]])), [2]);
  assert.deepEqual(relevantSteps({ name: "recall" }, read([[1], [0.1], [-0.2]])), [1]);
  assert.deepEqual(relevantSteps({ name: "reber" }, read([[1, 0], [0, 1]])), [2]);
  assert.deepEqual(relevantSteps({ name: "parity" }, read([[1], [-1]])), []);
  assert.deepEqual(relevantSteps({ name: "a task of tomorrow" }, read([[1]])), []);
});

test("channels have a name and a look", () => {
  assert.deepEqual(channels(adding, pairs, pt).map(({ name, look }) => [name, look]), [["valor", "curve"], ["marca", "marks"]]);
  const order = read([[1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0]]);
  assert.deepEqual(channels({ name: "temporal_order" }, order, en).map(({ name }) => name), ["a", "b", "c", "d", "X", "Y"]);
  assert.ok(channels({ name: "temporal_order" }, order, en).every(({ look }) => look === "symbol"));
});

test("an input in words: its numbers, or its symbol", () => {
  assert.equal(inputText(adding, pairs, 2, pt), "(0,25; 1)");
  assert.equal(inputText({ name: "sales" }, read([[0.5], [0.25]]), 2, en), "0.25");
  assert.equal(inputText({ name: "temporal_order" }, read([[0, 0, 0, 0, 1, 0]]), 1, en), "X");
  assert.equal(inputText({ name: "recall", symbols: 4 }, read([[0, 0, 1, 0]]), 1, pt), "símbolo 3");
  assert.equal(inputText({ name: "recall", symbols: 4 }, read([[0.3, -0.2, 1, 0]]), 1, pt), "4 números");
});

test("a gate goes from the ground to its colour; what has a sign, from one over the ground to the other", () => {
  const palette = { "surface-sunken": "rgb(0, 0, 0)", negative: "rgb(200, 0, 0)", positive: "rgb(0, 200, 0)" };
  const gate = unitScale(read([[0, 1]]), "rgb(0, 0, 100)", palette, false);
  assert.deepEqual([...unitPixels(read([[0, 1], [1, 0.5]]), gate, 2)].filter((_, at) => at % 4 === 2), [0, 100, 100, 50]);
  const signed = unitScale(read([[-3, 2]]), "rgb(0, 0, 100)", palette, true);
  assert.deepEqual([signed.low, signed.high], [-4, 4]);
  assert.deepEqual([...unitPixels(read([[-4], [0], [4]]), { ...signed }, 3)].filter((_, at) => at % 4 < 2), [200, 0, 0, 0, 0, 200]);
});

test("a shorter sequence ends at the last step: nothing is drawn before it begins", () => {
  const pixels = unitPixels(read([[0.5], [1]]), { low: 0, high: 1, colours: ["rgb(0,0,0)", "rgb(9,9,9)"] }, 3);
  assert.deepEqual([pixels[3], pixels[7], pixels[11]], [0, 255, 255]);
});

test("a click in a strip is a unit", () => {
  assert.deepEqual([0, 0.49, 0.5, 1, -1].map((share) => unitAt(share, 2)), [1, 1, 2, 2, 1]);
});

const units = {
  forget_gate: typed([[0.9, 0.2], [0.5, 0.1]]),
  input_gate: typed([[0.4, 0.2], [0.5, 1]]),
  candidate: typed([[1, 0.2], [-0.6, 0.1]]),
  output_gate: typed([[0.5, 0.2], [1, 0.1]]),
  cell_state: typed([[0.4, 0.1], [-0.1, 0.2]]),
  hidden_state: typed([[0.19, 0.1], [-0.0997, 0.2]]),
};
const probe = { inputs: typed([[0.5, 0], [0.25, 1]]), units };

test("the numbers of a cell satisfy its equation as they are read", () => {
  const { f, i, g, before, c } = cellNumbers(readProbe(probe), "lstm", 2, 1);
  assert.ok(Math.abs(f * before + i * g - c) < 1e-4);
});

test("before the first timestep the state is empty; what is not there is null", () => {
  const inside = readProbe(probe);
  assert.equal(cellNumbers(inside, "lstm", 1, 1).before, 0);
  assert.equal(cellNumbers(inside, "lstm", 9, 1).c, null);
  assert.equal(cellNumbers(inside, "lstm", 1, 9).c, null);
  assert.equal(cellNumbers(inside, "rnn", 1, 1).pre, null, "a run that was stored before z was recorded");
});

test("the diagram stands at the timestep of the page's axis, also in a shorter sequence", () => {
  const spec = run("l", "lstm").spec;
  const at = (timestep, length) => cellTimestep(spec, { inputs: pairs, units: {} }, timestep, length);
  assert.deepEqual(at(null, 4), { own: 2, shown: 2 }, "where the input matters");
  assert.deepEqual(at(8, 10), { own: 2, shown: 8 });
  assert.deepEqual(at(3, 10), { own: 1, shown: 7 }, "before it begins: its first");
});

test("the diagram is filled in the reader's language", () => {
  const spec = run("l", "lstm").spec;
  const texts = cellTexts(readProbe(probe), { ...spec, model: { ...spec.model, activation: "relu" } }, 2, 1, pt);
  assert.deepEqual([texts.f, texts.c, texts.x, texts.phi], ["0,5", "−0,1", "(0,25; 1)", "relu"]);
});

test("every gate of a cell is inside it, and every part has a place in its diagram", async () => {
  const { readFileSync } = await import("node:fs");
  const template = readFileSync(new URL("../../templates/cell.html", import.meta.url), "utf8");
  for (const [cell, { gates }] of Object.entries(CELLS)) {
    const { parts } = INSIDE[cell];
    for (const gate of gates) assert.ok(parts.some(([, name]) => name === gate), `${cell} ${gate}`);
    const [, drawn] = new RegExp(`macro ${cell}\\(([\\s\\S]*?)endmacro`).exec(template);
    for (const [letter] of [...parts, ["before"]]) {
      assert.match(drawn, new RegExp(`(gate|number)\\("${letter}"`), `${cell} ${letter}`);
    }
  }
});

test("the probe on screen is the newest that was recorded at or before the frame", () => {
  const runs = [run("l", "lstm")];
  let state = reduce(initialState(), { type: "experiment", experiment: experiment(runs) });
  state = reduce(state, { type: "frames", frames: [0, 1, 2, 3].map((seq) => frame("l", seq, { probe: seq % 2 ? null : probe })) });
  const at = (step) => viewAt(state, step, { l: { colour: "", variant: 0, label: "" } }).runs[0].probed?.seq;
  assert.deepEqual([0, 10, 20, 30].map(at), [0, 0, 2, 2]);
});

test("a probe is read once while a cursor moves over it", () => {
  const reader = createProbeReader();
  assert.equal(reader(probe), reader(probe));
  assert.equal(reader(null), null);
});
