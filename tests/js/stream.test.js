import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff, openStream } from "../../static/js/stream.js";

/** A browser's EventSource as far as we use it, driven by the test. */
class FakeSource extends EventTarget {
  static opened = [];
  constructor(url) {
    super();
    this.url = url;
    this.closed = false;
    FakeSource.opened.push(this);
  }
  close() {
    this.closed = true;
  }
  say(name, data, lastEventId = "") {
    this.dispatchEvent(Object.assign(new Event(name), { data: JSON.stringify(data), lastEventId }));
  }
}

function start({ stillThere = async () => true } = {}) {
  FakeSource.opened = [];
  const heard = [];
  const timers = [];
  const looks = [];
  const clock = { now: 1e12 };
  const page = new EventTarget();
  const stream = openStream(
    "events",
    {
      onFrame: (frame) => heard.push(["frame", frame]),
      onState: (run, change) => heard.push(["state", run, change]),
      onReset: () => heard.push(["reset"]),
      onConnection: ({ phase }) => heard.push([phase]),
      stillThere,
    },
    {
      create: (url) => new FakeSource(url),
      later: (run, ms) => (ms === 1000 ? looks : timers).push({ run, ms }), // once a second it looks around
      random: () => 0.5,
      now: () => clock.now,
      page,
    },
  );
  const pass = (seconds) => {
    clock.now += 1000 * seconds;
    looks.at(-1).run();
  };
  const wake = (name) => page.dispatchEvent(new Event(name));
  const last = { source: () => FakeSource.opened.at(-1), opened: () => FakeSource.opened.length };
  return { stream, heard, timers, looks, pass, wake, clock, ...last };
}
const phases = (heard) => heard.filter(([, ...rest]) => rest.length === 0).map(([phase]) => phase);

test("frames and states are handed on", () => {
  const { heard, source } = start();
  source().onopen();
  source().say("state", { run: "a", state: "running" });
  source().say("frame", { run: "a", seq: 0 }, "0");
  assert.deepEqual(heard.at(-2), ["state", "a", { state: "running" }]);
  assert.deepEqual(heard.at(-1), ["frame", { run: "a", seq: 0 }]);
});

test("after a failure a new source continues from the last position", async () => {
  const { source, timers, opened } = start();
  source().onopen();
  source().say("frame", { run: "a", seq: 3 }, "3.-");
  const first = source();
  first.onerror();
  assert.equal(first.closed, true);
  await timers[0].run();
  assert.equal(opened(), 2);
  assert.equal(source().url, "events?last_event_id=3.-");
});

test("the delay grows, has a ceiling, and is spread", () => {
  assert.ok(backoff(1, 0) < backoff(1, 0.99));
  assert.ok(backoff(3, 0.5) > backoff(1, 0.5));
  assert.ok(backoff(50, 0.99) <= 15_000);
  assert.ok(backoff(1, 0) >= 250);
});

test("a proxy that answers 502 for a while is asked less and less often, and then as at first", async () => {
  const { heard, source, timers } = start();
  source().say("frame", { run: "a", seq: 3 }, "3");
  for (let refusal = 0; refusal < 4; refusal += 1) {
    source().onerror(); // a browser gives up by itself after anything but 200
    await timers.at(-1).run();
  }
  const delays = timers.map(({ ms }) => ms);
  assert.deepEqual(delays, delays.toSorted((a, b) => a - b));
  assert.ok(delays[3] >= 4 * delays[0]);
  assert.equal(source().url, "events?last_event_id=3");
  source().onopen();
  assert.equal(phases(heard).at(-1), "open");
  source().say("state", { run: "a", state: "running" });
  source().onerror();
  assert.equal(timers.at(-1).ms, delays[0]);
});

test("an experiment that is gone ends the retries", async () => {
  const { heard, source, timers, opened } = start({ stillThere: async () => false });
  source().onerror();
  await timers[0].run(); // the first retry asks nobody
  source().onerror();
  await timers[1].run();
  assert.equal(phases(heard).at(-1), "gone");
  assert.equal(opened(), 2);
});

test("an unknown position starts over", async () => {
  const { heard, source, timers } = start();
  source().say("frame", { run: "a", seq: 9 }, "9");
  source().say("reset", {});
  assert.deepEqual(heard.filter(([name]) => name === "reset").length, 1);
  await timers[0].run();
  assert.equal(source().url, "events");
});

test("a draining server is left at once and sought again soon", async () => {
  const { heard, source, timers, opened } = start();
  const first = source();
  first.say("drain", {});
  assert.equal(first.closed, true);
  assert.equal(phases(heard).at(-1), "draining");
  assert.ok(timers[0].ms > 0 && timers[0].ms <= 3000);
  await timers[0].run();
  assert.equal(opened(), 2);
});

test("after the end nothing is opened again", () => {
  const { heard, source, timers } = start();
  const only = source();
  only.say("end", {});
  only.onerror();
  assert.equal(only.closed, true);
  assert.deepEqual(timers, []);
  assert.equal(phases(heard).at(-1), "ended");
});

test("a closed stream stays closed", async () => {
  const { stream, source, timers, opened } = start();
  source().onerror();
  stream.close();
  await timers[0].run();
  assert.equal(opened(), 1);
});

test("a late message of a closed source is not heard", () => {
  const { heard, source } = start();
  const old = source();
  old.onerror();
  old.say("frame", { run: "a", seq: 1 }, "1");
  assert.equal(heard.some(([name]) => name === "frame"), false);
});

test("a proxy that opens streams and cuts them at once is asked less and less often", async () => {
  const { source, timers } = start();
  for (let turn = 0; turn < 4; turn += 1) {
    source().onopen();
    source().onerror();
    await timers.at(-1).run();
  }
  assert.ok(timers.at(-1).ms >= 4 * timers[0].ms);
});

test("a stream that was promised to be heard and is not is opened again where it was", async () => {
  const { source, opened, timers, pass } = start();
  source().onopen();
  source().say("frame", { run: "a", seq: 3 }, "3");
  source().say("heartbeat", { within: 10 });
  const silent = source();
  pass(24);
  assert.equal(silent.closed, false);
  pass(2);
  assert.equal(silent.closed, true);
  await timers[0].run();
  assert.equal(opened(), 2);
  assert.equal(source().url, "events?last_event_id=3");
});

test("whatever comes is a sign of life", () => {
  const { source, pass } = start();
  for (let turn = 0; turn < 20; turn += 1) {
    pass(20);
    source().say(turn % 2 ? "heartbeat" : "state", turn % 2 ? { within: 15 } : { run: "a" });
  }
  assert.equal(source().closed, false);
});

test("a server that takes the connection and answers nothing is not waited for for ever", async () => {
  const { source, opened, timers, pass } = start();
  pass(40);
  assert.equal(source().closed, true);
  await timers[0].run();
  assert.equal(opened(), 2);
});

test("who wakes up does not wait for the next look, nor for the delay", async () => {
  for (const name of ["online", "pageshow", "visibilitychange"]) {
    const { source, opened, wake, clock } = start();
    wake(name);
    assert.equal(opened(), 1); // nothing is wrong
    clock.now += 3_600_000; // it slept for an hour: no timer ran
    wake(name);
    assert.equal(opened(), 2);
    source().onerror();
    wake(name);
    await Promise.resolve(); // it asks whether the experiment is there
    await Promise.resolve();
    assert.equal(opened(), 3);
  }
});

test("a delay that was skipped opens nothing a second time", async () => {
  const { source, opened, timers, wake } = start();
  source().onerror();
  wake("online");
  await timers[0].run();
  assert.equal(opened(), 2);
});

test("after its end a stream looks around no more", () => {
  const { stream, looks, opened, pass, wake } = start();
  stream.close();
  const before = looks.length;
  pass(1000);
  wake("online");
  assert.equal(looks.length, before);
  assert.equal(opened(), 1);
});
