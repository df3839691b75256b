// What the figures say, and where each sentence leads.

import assert from "node:assert/strict";
import { test } from "node:test";
import { band, experiment, frame, language, lstmFrame, PALETTE, run } from "./fixtures.js";
import { initialState, reduce } from "../../static/js/reduce.js";
import { reachOf, sayings } from "../../static/js/says.js";
import { viewAt } from "../../static/js/view.js";
import { lanesOf, runStyles } from "../../static/js/visual.js";

function said(runs, frames, lang = "en", many = () => false) {
  let state = reduce(initialState(), { type: "experiment", experiment: experiment(runs) });
  state = reduce(state, { type: "frames", frames });
  const view = viewAt(state, 1000, runStyles(runs, PALETTE, (each) => each.label));
  return sayings(view, lanesOf(view, language(lang).t), state.logs, many, language(lang));
}
const texts = (cards) => cards.map(({ sentences }) => sentences.map(({ text }) => text));

test("a gradient that vanished, in the reader's numbers", () => {
  const [[keeps, reach]] = texts(said([run("r", "rnn")], [frame("r", 1)], "pt-BR"));
  assert.equal(keeps, "No passo de treino 10, o gradiente em t = 1 é 10⁻⁶ vezes o de t = 4: sumiu.");
  assert.match(reach, /em t = 2 resta menos de 1%: ela aprende com os 2 passos/);
});

test("the LSTM's two states are told apart", () => {
  const [[keeps, reach]] = texts(said([run("l", "lstm")], [lstmFrame("l", 0)]));
  assert.match(keeps, /cell state at t = 1 is 0\.4 times .*\(alive\); that of the hidden state, 10⁻⁶ times \(gone\)/);
  assert.match(reach, /more than 1% is left at every step/);
});

test("how far the gradient reaches back", () => {
  assert.deepEqual(reachOf([1e-6, 1e-3, 0.5, 1]), { at: 1, kind: "lost" });
  assert.deepEqual(reachOf([0, 0.5, 1]), { at: 0, kind: "lost" });
  assert.deepEqual(reachOf([0.5, 0.9, 1]), { at: 0, kind: "all" });
  assert.deepEqual(reachOf([1e5, 50, 1]), { at: 0, kind: "grown" });
  assert.deepEqual(reachOf([1, null, 1]), { at: 1, kind: "grown" });
  assert.deepEqual(reachOf([1, 1, 0]).kind, "lost");
});

test("where the gates are open and closed, and what they do where the input matters", () => {
  const inputs = { dtype: "u1", shape: "8, 2", bdata: btoa("\0\0\0\xff" + "\0\0".repeat(6)), low: 0, high: 1 };
  const rise = { ...band(8, 0.3), mean: [0.3, 0.8, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3] };
  const fall = { ...band(8, 0.9), mean: [0.9, 0.9, 0.4, 0.95, 0.9, 0.9, 0.9, 0.9] };
  const eight = Array(8).fill(1);
  const open = lstmFrame("l", 0, { grad_h: eight, grad_c: eight, half_life: 5.5, gates: { input_gate: rise, forget_gate: fall }, probe: { inputs, units: {} } });
  const [{ sentences }] = said([run("l", "lstm")], [open]);
  const gates = sentences.find(({ kind }) => kind === "gates");
  assert.match(gates.text, /forget gate f is most open at t = 4 \(0\.95\) and most closed at t = 3 \(0\.4\)/);
  assert.match(gates.text, /Averaged over all units, a memory would be halved in 5\.5 steps/);
  assert.match(gates.text, /At t = 2, where the input matters, the input gate i is at 0\.8; elsewhere it is at 0\.3/);
  assert.deepEqual(gates.goal, { figure: "gates", view: { gates: 0, timestep: 2, units: false } });
});

test("a shorter sequence is told on the common axis, where it ends at the same last step", () => {
  const long = frame("r", 1, { grad_h: [0.1, 0.2, 0.3, 0.4, 0.5, 1] });
  const [, short] = texts(said([run("r", "rnn"), run("l", "lstm")], [long, lstmFrame("l", 1)]));
  assert.match(short[0], /cell state at t = 3 is 0\.4 times that at t = 6/);
  assert.match(short[2], /most open at t = [3-6] /);
});

test("loss against memory, solved, diverged, limited", () => {
  const last = (more, frames) => texts(said([run("r", "rnn", more)], frames))[0].at(-1);
  const measured = (...losses) => losses.map((loss, seq) => frame("r", seq, { loss }));
  assert.match(last({}, measured(0.2)), /nothing shows that it has learned to use memory/);
  assert.match(last({}, measured(0.02, 0.01, 0.015)), /its loss is 0\.015 on average.*only memory tells/);
  const chance = measured(0.19, 0.16, 0.2, 0.13, 0.17, 0.15, 0.21, 0.16, 0.18, 0.1); // of one batch that was easy
  assert.match(last({}, chance), /nothing shows/);
  assert.match(last({}, measured(0.2, 0.1)), /nothing shows/);
  assert.match(last({}, [...measured(...Array(20).fill(1), ...Array(10).fill(0.05))]), /only memory tells/); // the last ten
  const naive = last({ baseline: 62, threshold: 62 }, [frame("r", 0, { loss: 400 })]);
  assert.match(naive, /its loss is 400 on average; repeating the value of one season ago would give 62/);
  assert.match(last({ state: "solved", seq: 1 }, [frame("r", 1, { metric: 0.004 })]), /solved the task at step 10: its score is 0\.004/);
  assert.match(last({ state: "diverged", seq: 1 }, [frame("r", 1, { loss: null })]), /diverged at step 10.*smaller learning rate/);
  assert.match(last({}, [frame("r", 0, { clipped: true }), frame("r", 1)]), /limited in 1 of 2 measurements/);
});

test("a task whose loss falls on many steps says that the ratio is not memory alone", () => {
  const [[, reach]] = texts(said([run("r", "rnn")], [frame("r", 0)], "en", (task) => task === "adding"));
  assert.match(reach, /error is counted at many steps/);
});

test("before the first frame there are as many sentences, and they are empty", () => {
  const before = said([run("r", "rnn"), run("g", "gru")], []);
  const after = said([run("r", "rnn"), run("g", "gru")], [frame("r", 0, { saturation: { hidden: { flat: 0.25 } } }), frame("g", 0)]);
  const kinds = (cards) => cards.map(({ sentences }) => sentences.map(({ kind }) => kind));
  assert.deepEqual(kinds(before), kinds(after));
  assert.ok(before.every(({ sentences }) => sentences.every(({ text }) => text === "")));
  assert.match(after[0].sentences[2].text, /25% of its activations/);
});

test("the room of a sentence is as long as what it says, in both languages", () => {
  const odd = { grad_h: [0, null, 1e-3, 1], loss: 3.21e-12, clipped: true, metric: 0.0049 };
  for (const lang of ["en", "pt-BR"]) {
    for (const more of [{}, { state: "solved", seq: 1 }, { state: "diverged", seq: 1 }]) {
      const cards = said([run("l", "lstm", more), run("r", "rnn", more)], [lstmFrame("l", 1, { ...odd, half_life: 123.4 }), frame("r", 1, odd)], lang);
      for (const { sentences } of cards) for (const { text, room, kind } of sentences) assert.ok(room.length >= text.length, `${kind}: ${text}`);
    }
  }
});
