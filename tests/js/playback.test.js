import assert from "node:assert/strict";
import { test } from "node:test";
import { advance, backToLive, initialClock, rewind, seek, togglePlay } from "../../static/js/playback.js";

const FRAME = 1 / 60;
function run(clock, edge, budget, seconds) {
  for (let passed = 0; passed < seconds; passed += FRAME) clock = advance(clock, edge, budget, FRAME);
  return clock;
}

test("live, the clock reaches the edge and stays there", () => {
  const clock = run(initialClock(), 40, 1000, 2);
  assert.equal(clock.step, 40);
  assert.equal(advance(clock, 40, 1000, FRAME), clock);
});

test("a finished run that arrives in one burst is still seen to happen", () => {
  const second = run(initialClock(), 1000, 1000, 1);
  assert.ok(second.step > 100 && second.step < 300, String(second.step));
  assert.equal(run(second, 1000, 1000, 6).step, 1000);
});

test("live, the clock never goes back", () => {
  const clock = { ...initialClock(), step: 80 };
  assert.equal(advance(clock, 10, 1000, FRAME).step, 80);
});

test("under reduced motion it jumps", () => {
  assert.equal(advance(initialClock(), 700, 1000, FRAME, true).step, 700);
});

test("paused, it stands still while training goes on", () => {
  const paused = seek(initialClock(), 30);
  assert.equal(run(paused, 900, 1000, 2).step, 30);
  assert.equal(backToLive(paused, 900).step, 900);
});

test("playing follows the speed and becomes live at the edge", () => {
  const slow = run({ ...rewind(initialClock()), speed: 0.5 }, 1000, 1000, 1);
  const fast = run({ ...rewind(initialClock()), speed: 2 }, 1000, 1000, 1);
  assert.ok(fast.step > 3 * slow.step);
  assert.equal(run(fast, 1000, 1000, 20).mode, "live");
});

test("play at the end begins again", () => {
  const end = seek(initialClock(), 1000);
  assert.deepEqual(togglePlay(end, 1000), { mode: "playing", step: 0, speed: 1 });
  assert.equal(togglePlay(seek(initialClock(), 10), 1000).step, 10);
  assert.equal(togglePlay(initialClock(), 1000).mode, "paused");
  const over = backToLive(initialClock(), 1000);
  assert.deepEqual(togglePlay(over, 1000, true), { mode: "playing", step: 0, speed: 1 }, "at the end, play begins again");
});

test("a tab that slept does not leap", () => {
  assert.ok(advance(initialClock(), 1000, 1000, 60).step <= 100);
});
