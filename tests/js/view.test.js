import assert from "node:assert/strict";
import { test } from "node:test";
import { experiment, frame, PALETTE, run } from "./fixtures.js";
import { initialState, reduce } from "../../static/js/reduce.js";
import { edgeStep, frameAt, knownStep, nextFrameStep, trainingEnd, viewAt } from "../../static/js/view.js";
import { runStyles } from "../../static/js/visual.js";

function state(runs, frames) {
  const open = reduce(initialState(), { type: "experiment", experiment: experiment(runs) });
  return reduce(open, { type: "frames", frames });
}
const upTo = (id, last, more = {}) => Array.from({ length: last + 1 }, (_, seq) => frame(id, seq, more));
const view = (at, step) => viewAt(at, step, runStyles(Object.values(at.runs), PALETTE, (each) => each.label));

test("a fast model does not run ahead: the edge is what all have reached", () => {
  const now = state([run("fast", "rnn"), run("slow", "lstm")], [...upTo("fast", 8), ...upTo("slow", 2)]);
  assert.equal(edgeStep(now), 20);
  assert.deepEqual(view(now, 20).runs.map(({ frame: shown }) => shown.step), [20, 20]);
});

test("a finished model keeps its last frame and holds nobody back", () => {
  const now = state([run("done", "gru", { state: "solved" }), run("slow", "lstm")], [...upTo("done", 3), ...upTo("slow", 7)]);
  assert.equal(edgeStep(now), 70);
  const shown = view(now, 70).runs;
  assert.deepEqual(shown.map(({ frame: each }) => each.step), [30, 70]);
  assert.deepEqual(shown.map(({ ended }) => ended), [true, false]);
});

test("a finished run has not ended on screen before its whole log is here", () => {
  const runs = [run("a", "gru", { state: "solved", seq: 3 }), run("none", "rnn", { state: "failed", seq: -1 })];
  const ended = (frames) => view(state(runs, frames), 1000).runs.map((shown) => shown.ended);
  assert.deepEqual(ended([]), [false, true]);
  assert.deepEqual(ended(upTo("a", 2)), [false, true]);
  assert.deepEqual(ended(upTo("a", 3)), [true, true]);
});

test("once all are over, the edge is the last frame of the longest", () => {
  const now = state([run("a", "gru", { state: "solved" }), run("b", "rnn", { state: "finished" })], [...upTo("a", 3), ...upTo("b", 9)]);
  assert.equal(edgeStep(now), 90);
  assert.equal(trainingEnd(now), 90);
});

test("a queued model holds nobody back, and catches up in place", () => {
  const waiting = state([run("a", "rnn"), run("q", "lstm", { state: "queued", position: 1 })], upTo("a", 5));
  assert.equal(edgeStep(waiting), 50);
  assert.equal(view(waiting, 50).runs[1].frame, null);
  const started = reduce(waiting, { type: "frames", frames: upTo("q", 1) });
  const [, late] = view(started, 50).runs;
  assert.deepEqual([late.frame.step, late.behind], [10, true]);
});

test("before any frame there is a view all the same", () => {
  const now = state([run("a", "rnn", { state: "queued" })], []);
  assert.equal(edgeStep(now), 0);
  assert.deepEqual([view(now, 0).length, view(now, 0).runs[0].frame], [4, null]);
  assert.equal(edgeStep(initialState()), 0);
});

test("the frame at a step is the newest at or before it", () => {
  const log = upTo("a", 4);
  assert.equal(frameAt(log, 25).step, 20);
  assert.equal(frameAt(log, 40).step, 40);
  assert.equal(frameAt(log, 9999).step, 40);
  assert.equal(frameAt(log, -1).step, 0);
  assert.equal(frameAt([], 3), null);
});

test("models of different frame spacing are shown at one step", () => {
  const now = state([run("a", "rnn"), run("b", "lstm")], [...upTo("a", 10), frame("b", 0), frame("b", 1, { step: 25 }), frame("b", 2, { step: 50 })]);
  assert.equal(edgeStep(now), 50);
  assert.deepEqual(view(now, 30).runs.map(({ frame: shown }) => shown.step), [30, 25]);
});

test("after a reload the log is read up to where training was", () => {
  assert.equal(knownStep(state([run("a", "rnn", { step: 70 }), run("b", "lstm", { step: 40 })], [])), 30);
  assert.equal(knownStep(state([run("a", "rnn", { step: 100, state: "finished" }), run("b", "lstm", { step: 40, state: "solved" })], [])), 90);
});

test("from frame to frame, whichever model has one, and not beyond what is shown", () => {
  const odd = [0, 1, 2].map((seq) => frame("odd", seq, { step: seq * 15 }));
  const now = state([run("even", "rnn"), run("odd", "lstm")], [...upTo("even", 5), ...odd]);
  const from = (step, direction) => nextFrameStep(now, step, direction);
  assert.deepEqual([from(0, 1), from(10, 1), from(12.5, 1), from(30, 1)], [10, 15, 15, 30]);
  assert.deepEqual([from(30, -1), from(20, -1), from(17, -1), from(0, -1)], [20, 15, 10, 0]);
  assert.equal(nextFrameStep(initialState(), 0, 1), 0);
});
