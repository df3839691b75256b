import assert from "node:assert/strict";
import { test } from "node:test";
import { createScheduler } from "../../static/js/scheduler.js";

function bench() {
  const clock = { now: 0 };
  const eyes = new Map();
  const drawn = [];
  const scheduler = createScheduler({ now: () => clock.now, observe: (element, tell) => eyes.set(element, tell) });
  const add = (name, heavy, cost) => {
    scheduler.add(
      {
        element: name,
        heavy,
        key: (scene) => String(scene),
        draw: () => {
          drawn.push(name);
          clock.now += cost;
        },
      },
      () => {},
    );
    eyes.get(name)(true);
  };
  return { clock, drawn, scheduler, add, see: (name, visible) => eyes.get(name)(visible) };
}

test("at most one heavy panel is drawn at a time, and all in turn", () => {
  const { clock, drawn, scheduler, add } = bench();
  for (const name of ["a", "b", "c"]) add(name, true, 10);
  for (let frame = 0; frame < 3; frame += 1) {
    scheduler.run(1);
    clock.now += 100;
  }
  assert.deepEqual(drawn, ["a", "b", "c"]);
  assert.equal(scheduler.run(1), false);
  assert.equal(drawn.length, 3);
});

test("it says whether something still waits", () => {
  const { scheduler, add, clock } = bench();
  add("a", true, 10);
  add("b", true, 10);
  assert.equal(scheduler.run(1), true);
  clock.now += 100;
  assert.equal(scheduler.run(1), false);
});

test("light panels are drawn beside a heavy one", () => {
  const { drawn, scheduler, add } = bench();
  add("heavy", true, 10);
  add("light", false, 1);
  scheduler.run(1);
  assert.deepEqual(drawn, ["heavy", "light"]);
});

test("what is not on screen is not drawn", () => {
  const { drawn, scheduler, add, see } = bench();
  add("a", true, 10);
  see("a", false);
  assert.equal(scheduler.run(1), false);
  assert.deepEqual(drawn, []);
  see("a", true);
  scheduler.run(1);
  assert.deepEqual(drawn, ["a"]);
});

test("a dear panel is drawn less often: at most a quarter of the time goes to it", () => {
  const { clock, drawn, scheduler, add } = bench();
  add("dear", true, 50);
  for (let frame = 0; clock.now < 4000; frame += 1) {
    scheduler.run(frame);
    clock.now += 16;
  }
  assert.ok(drawn.length * 50 <= 0.27 * clock.now, String(drawn.length));
  assert.ok(drawn.length > 10);
});

test("a cheap panel too leaves time for what the browser does after it: about a dozen drawings a second", () => {
  const { clock, drawn, scheduler, add } = bench();
  add("cheap", false, 1);
  for (let frame = 0; clock.now < 1000; frame += 1) {
    scheduler.run(frame);
    clock.now += 16;
  }
  assert.ok(drawn.length <= 13 && drawn.length >= 9, String(drawn.length));
});

test("who chose something is answered at once", () => {
  const { drawn, scheduler, add } = bench();
  add("table", false, 1);
  scheduler.run("by model");
  assert.equal(scheduler.run("by seed"), true);
  assert.equal(drawn.length, 1);
  scheduler.hurry();
  assert.equal(scheduler.run("by seed"), false);
  assert.equal(drawn.length, 2);
});

test("a panel whose size changed is drawn off screen too, once", () => {
  const clock = { now: 0 };
  const drawn = [];
  const scheduler = createScheduler({ now: () => clock.now, observe: () => {} });
  scheduler.add({ element: "a", heavy: false, key: ({ rows }) => `${rows}`, outline: ({ rows }) => String(rows), draw: ({ rows }) => drawn.push(rows) }, () => {});
  for (const rows of [3, 3, 4, 4]) {
    scheduler.run({ rows });
    clock.now += 100;
  }
  assert.deepEqual(drawn, [3, 4]);
});

test("on paper everything is drawn, on screen or not", () => {
  const { drawn, scheduler, add, see } = bench();
  add("a", false, 1);
  add("b", true, 1);
  see("a", false);
  see("b", false);
  scheduler.drawAll("sheet");
  scheduler.run("sheet");
  assert.deepEqual(drawn, ["a", "b"]);
});
