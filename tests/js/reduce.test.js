import assert from "node:assert/strict";
import { test } from "node:test";
import { experiment, frame, run } from "./fixtures.js";
import { initialState, reduce } from "../../static/js/reduce.js";

const opened = reduce(initialState(), { type: "experiment", experiment: experiment([run("a", "rnn"), run("b", "lstm")]) });
const seqs = (state, id) => state.logs[id].map(({ seq }) => seq);
const deepFreeze = (value) => {
  if (value && typeof value === "object") Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
};

test("an experiment opens empty logs for its runs", () => {
  assert.deepEqual(opened.order, ["a", "b"]);
  assert.deepEqual(opened.logs, { a: [], b: [] });
});

test("frames are appended to their runs, repeats dropped", () => {
  const frames = [frame("a", 0), frame("b", 0), frame("a", 1), frame("a", 1), frame("a", 0)];
  const state = reduce(opened, { type: "frames", frames });
  assert.deepEqual(seqs(state, "a"), [0, 1]);
  assert.deepEqual(seqs(state, "b"), [0]);
  assert.equal(state.runs.a.step, 10);
});

test("nothing is mutated", () => {
  deepFreeze(opened);
  const state = deepFreeze(reduce(opened, { type: "frames", frames: [frame("a", 0), frame("a", 1)] }));
  const later = reduce(state, { type: "frames", frames: [frame("a", 2), frame("a", 3)] });
  assert.deepEqual(seqs(state, "a"), [0, 1]);
  assert.deepEqual(seqs(later, "a"), [0, 1, 2, 3]);
  assert.deepEqual(opened.logs.a, []);
});

test("frames and states of runs that are not here are ignored", () => {
  assert.deepEqual(reduce(opened, { type: "frames", frames: [frame("z", 0)] }).logs, opened.logs);
  assert.equal(reduce(opened, { type: "state", run: "z", change: { state: "solved" } }), opened);
});

test("the axes reach what was measured, relative and absolute, and never shrink", () => {
  const wide = reduce(opened, { type: "frames", frames: [frame("a", 0, { grad_h: [1e-30, 1e-5, 1, 100] })] });
  assert.deepEqual(wide.extent.absolute, { low: -30, high: 2 });
  assert.deepEqual(wide.extent.relative, { low: -32, high: 0 });
  const after = reduce(wide, { type: "frames", frames: [frame("a", 1)] });
  assert.deepEqual(after.extent, wide.extent);
});

test("a network that dies on its way does not press the others flat; an untrained one is shown whole", () => {
  const dying = frame("a", 1, { grad_h: [1e-91, 1e-40, 1e-5, 1] });
  assert.equal(reduce(opened, { type: "frames", frames: [dying] }).extent.relative.low, -30);
  assert.equal(reduce(opened, { type: "frames", frames: [{ ...dying, seq: 0 }] }).extent.relative.low, -91);
});

test("zero, null and subnormal gradients leave the axes finite", () => {
  const frames = [
    frame("a", 0, { grad_h: [0, 0, 0, 0] }),
    frame("a", 1, { grad_h: [null, null, null, null] }),
    frame("a", 2, { grad_h: [5e-324, 0, null, 1e308] }),
    frame("a", 3, { grad_h: [1e308, 1, 1, 5e-324] }),
  ];
  const { extent } = reduce(opened, { type: "frames", frames });
  for (const { low, high } of Object.values(extent)) {
    assert.ok(Number.isFinite(low) && Number.isFinite(high) && low < high);
  }
});

test("a refused request leaves what is on screen", () => {
  const problem = { status: 422, code: "invalid", detail: "", errors: [] };
  const state = reduce(reduce(opened, { type: "submitting" }), { type: "refused", problem });
  assert.equal(state.submitting, false);
  assert.equal(state.problem, problem);
  assert.equal(state.experiment, opened.experiment);
});

test("reset empties the logs, close forgets the experiment", () => {
  const state = reduce(opened, { type: "frames", frames: [frame("a", 0)] });
  assert.deepEqual(reduce(state, { type: "reset" }).logs, { a: [], b: [] });
  assert.deepEqual(reduce(state, { type: "close" }), initialState());
});

test("many frames at once are taken in one copy of the log", () => {
  let copies = 0;
  class Counted extends Array {
    [Symbol.iterator]() {
      copies += 1;
      return super[Symbol.iterator]();
    }
  }
  const frames = Array.from({ length: 5000 }, (_, seq) => frame("a", seq));
  const state = { ...opened, logs: { ...opened.logs, a: new Counted() } };
  assert.equal(reduce(state, { type: "frames", frames }).logs.a.length, 5000);
  assert.equal(copies, 1);
});

test("what a page has stopped is over for it, while it goes on for others", () => {
  const over = reduce(opened, { type: "state", run: "b", change: { state: "solved" } });
  const state = reduce(over, { type: "left" });
  assert.equal(state.left, true);
  assert.deepEqual(state.order.map((id) => state.runs[id].state), ["cancelled", "solved"]);
  assert.equal(reduce(state, { type: "experiment", experiment: experiment([run("a", "rnn")]) }).left, false);
});
