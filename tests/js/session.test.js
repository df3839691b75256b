import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../static/js/api.js";
import { createPinnedLog } from "../../static/js/pinned-log.js";
import { createSession } from "../../static/js/session.js";
import { createStore } from "../../static/js/store.js";
import { frame, run } from "./fixtures.js";

const problem = (status) => new ApiError({ status, code: "x", detail: "", errors: [] });
const named = (id) => ({ id, spec: {}, state: "running", holders: 1, runs: [run(`${id}-run`, "rnn")] });

globalThis.EventSource = class extends EventTarget {
  close() {}
};
// A window that waits for nothing, except for looks at a stream, which never end.
globalThis.window = Object.assign(new EventTarget(), {
  setTimeout: (after, ms) => (ms === 1000 ? 0 : setTimeout(after, 0)),
});

/** A session whose requests the test answers. */
function start() {
  const asked = [];
  const stopped = [];
  const answer = () => new Promise((resolve, reject) => asked.push({ resolve, reject }));
  const api = { create: answer, experiment: answer, eventsUrl: (id) => id, stop: async (id) => (stopped.push(id), named(id)) };
  const store = createStore(() => {});
  const refused = [];
  return { asked, stopped, store, refused, session: createSession(api, store, ({ status }) => refused.push(status)) };
}
const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

test("an answer that comes after one has left is dropped, and its training let go", async () => {
  const { session, asked, stopped, store } = start();
  const first = session.run({});
  session.leave();
  asked[0].resolve(named("a"));
  assert.equal(await first, null);
  assert.equal(store.settle().experiment, null);
  assert.deepEqual(stopped, ["a"]);
});

test("of two requests the later one is shown, whichever is answered first; what is asked twice goes on", async () => {
  for (const order of [[0, 1], [1, 0]]) {
    const { session, asked, stopped, store } = start();
    const runs = [session.run({}), session.run({})];
    for (const at of order) {
      asked[at].resolve(named("same"));
      await runs[at];
    }
    assert.equal((await runs[1]).id, "same");
    assert.equal(await runs[0], null);
    assert.equal(store.settle().experiment.id, "same");
    assert.deepEqual(stopped, []);
  }
});

test("a late refusal is not told", async () => {
  const { session, asked, refused } = start();
  const first = session.run({});
  session.leave();
  asked[0].reject(problem(422));
  assert.equal(await first, null);
  assert.deepEqual(refused, []);
});

test("only what is not there is gone; a busy server is asked again", async () => {
  const { session, asked, refused } = start();
  const resumed = session.resume("a");
  for (const [at, status] of [429, 503, 0].entries()) {
    asked[at].reject(problem(status));
    await soon();
  }
  asked[3].resolve(named("a"));
  assert.equal((await resumed).id, "a");
  assert.deepEqual(refused, [429, 503, 0]);
  const gone = session.resume("b");
  asked[4].reject(problem(404));
  assert.equal(await gone, "gone");
});

test("who leaves does not wait for a busy server", async () => {
  const { session, asked } = start();
  const resumed = session.resume("a");
  session.leave();
  asked[0].reject(problem(503));
  assert.equal(await resumed, null);
  assert.equal(asked.length, 1);
});

test("a pin stays while the server is busy, and goes when it is gone", async () => {
  const answers = [problem(503), problem(0), problem(404)];
  const [missing, later] = [[], []];
  const api = { experiment: () => Promise.reject(answers.shift()) };
  const log = createPinnedLog(api, () => log.state("p"), (id) => missing.push(id), (again, ms) => later.push({ again, ms }));
  log.state("p");
  await soon();
  later[0].again();
  await soon();
  assert.ok(later[1].ms > later[0].ms / 2);
  assert.deepEqual(missing, []);
  later[1].again();
  await soon();
  assert.deepEqual(missing, ["p"]);
});

test("a pinned training is read again until it is over, and stays on screen meanwhile", async () => {
  const later = [];
  const state = ["running", "finished"];
  const api = { experiment: async () => ({ ...named("p"), runs: [{ ...run("a", "rnn"), state: state.shift(), seq: 0 }] }), frames: async () => [frame("a", 0)] };
  const log = createPinnedLog(api, () => {}, () => {}, (again, ms) => later.push({ again, ms }));
  log.state("p");
  await soon();
  assert.equal(log.state("p").runs.a.state, "running");
  later[0].again();
  assert.equal(log.state("p").runs.a.state, "running");
  await soon();
  assert.equal(log.state("p").runs.a.state, "finished");
  assert.equal(later.length, 1, "over: it is not read any more");
});

test("of a long pinned run frames are left out, but not the last one", async () => {
  const long = { ...run("long", "rnn"), state: "finished", seq: 401 };
  const frames = async (id, every, after = -1) =>
    Array.from({ length: 402 }, (_, seq) => frame(id, seq)).filter(({ seq }) => seq > after && seq % every === 0);
  const api = { experiment: async () => ({ ...named("p"), runs: [long] }), frames };
  const log = createPinnedLog(api, () => {}, () => {});
  log.state("p");
  await soon();
  const kept = log.state("p").logs.long;
  assert.ok(kept.length < 205);
  assert.equal(kept.at(-1).seq, 401);
});
