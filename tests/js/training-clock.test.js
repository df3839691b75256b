import assert from "node:assert/strict";
import { test } from "node:test";
import { experiment, frame, run } from "./fixtures.js";
import { initialState, reduce } from "../../static/js/reduce.js";
import { createTrainingClock } from "../../static/js/training-clock.js";

/** A page whose only run has trained up to a frame. */
function page(last, more = {}) {
  const state = { now: reduce(initialState(), { type: "experiment", experiment: experiment([run("a", "rnn", { step: 10 * last, seq: last, ...more })]) }) };
  const arrive = (from, until) => {
    const frames = Array.from({ length: until - from + 1 }, (_, at) => frame("a", from + at));
    state.now = reduce(state.now, { type: "frames", frames });
  };
  let woken = 0;
  return { clock: createTrainingClock(() => state.now, () => (woken += 1)), arrive, woken: () => woken };
}

test("it moves towards what has arrived, and says when it has got there", () => {
  const { clock, arrive } = page(2);
  arrive(0, 2);
  assert.equal(clock.advance(0.01, false), true);
  assert.ok(clock.now.step > 0 && clock.now.step < 20);
  clock.advance(0, true);
  assert.equal(clock.now.step, 20, "without motion it is there at once");
  assert.equal(clock.advance(0.1, true), false);
});

test("after a reload what was seen before is not replayed, and what comes then is", () => {
  const { clock, arrive } = page(5, { state: "finished" });
  clock.restart(true);
  arrive(0, 5);
  clock.advance(0.001, false);
  assert.equal(clock.now.step, 50);
  clock.restart();
  clock.advance(0.001, false);
  assert.ok(clock.now.step < 50);
});

test("whoever moves it wakes the page, stays within what is known, and keeps the speed", () => {
  const { clock, arrive, woken } = page(3);
  arrive(0, 3);
  clock.speed(4);
  clock.seek(999);
  assert.deepEqual([clock.now.mode, clock.now.step], ["paused", 30]);
  clock.frame(-1);
  assert.equal(clock.now.step, 20);
  clock.toggle();
  assert.equal(clock.now.mode, "playing");
  clock.restart();
  assert.deepEqual([clock.now.speed, clock.now.step, woken()], [4, 0, 5]);
});
