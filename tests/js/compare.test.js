import assert from "node:assert/strict";
import { test } from "node:test";

import { bandsFigure, lossAt } from "../../static/js/charts/bands.js";
import { spreadFigure } from "../../static/js/charts/spread.js";
import { successFigure } from "../../static/js/charts/success.js";
import { bandsTable, spreadTable, successTable } from "../../static/js/compare/figure-tables.js";
import { axesOf, decodeGrid, encodeGrid, firstAxes, gridOf, gridRuns, parseLengths, parseSeeds } from "../../static/js/compare/grid.js";
import { outcomesOf, retentionOf, successAt } from "../../static/js/compare/outcome.js";
import { createReader, pauseAfter } from "../../static/js/compare/reader.js";
import { sorted } from "../../static/js/compare/table.js";
import { spreadWords, statusKey } from "../../static/js/compare/words.js";
import { quantile, wilson } from "../../static/js/statistics.js";
import { catalogue, context, language } from "./fixtures.js";
import { setupOf } from "../../static/js/experiment.js";

const close = (/** @type {number} */ a, /** @type {number} */ b) => assert.ok(Math.abs(a - b) < 5e-4, `${a} is not ${b}`);

test("Wilson's interval is the published one, and stays within 0 and 1", () => {
  const eight = wilson(8, 10); // Brown, Cai & DasGupta (2001), table of examples by formula (4)
  close(eight?.low ?? 0, 0.4902);
  close(eight?.high ?? 0, 0.9433);
  const none = wilson(0, 10);
  assert.equal(none?.low, 0);
  close(none?.high ?? 0, 0.2775);
  assert.ok(Math.abs((wilson(10, 10)?.high ?? 0) - 1) < 1e-12);
  assert.equal(wilson(0, 0), null);
});

test("quantiles are linear between values, and infinity is a value", () => {
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  assert.equal(quantile([1, 2, 3, 4, 5], 0.1), 1.4);
  assert.equal(quantile([1, Infinity, Infinity], 0.5), Infinity);
  assert.equal(quantile([-Infinity, -Infinity], 0.5), -Infinity);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test("lengths are read as people write them", () => {
  assert.deepEqual(parseLengths("50, 20 100;20"), [20, 50, 100]);
  for (const wrong of ["", "20, x", "1.5", "-3"]) assert.equal(parseLengths(wrong), null);
  assert.equal(parseSeeds("7"), 7);
  for (const wrong of ["0", "51", "two", ""]) assert.equal(parseSeeds(wrong), null);
});

const setup = setupOf(catalogue, "classic");
const axes = { lengths: [10, 20], seeds: 3 };

test("a grid is every model at every length from every seed, and its models are found again", () => {
  const runs = gridRuns(setup, axes);
  assert.equal(runs.length, setup.runs.length * 6);
  assert.equal(new Set(runs.map((run) => JSON.stringify(run))).size, runs.length);
  const { models, cells } = gridOf(runs);
  assert.equal(models.length, setup.runs.length);
  assert.deepEqual(axesOf(cells), axes);
  assert.deepEqual(cells[4], { model: 0, length: 20, seed: 1 });
});

test("the address holds the grid and the view", () => {
  const view = { experiment: "0123456789abcdef", length: 20, sort: "-loss" };
  const query = new URLSearchParams(encodeGrid(axes, view));
  assert.deepEqual(decodeGrid(query, firstAxes(setup, catalogue)), { axes, view });
  const broken = new URLSearchParams("lengths=x&seeds=-1&exp=../..&at=x&sort=<b>");
  assert.deepEqual(decodeGrid(broken, axes), { axes, view: { experiment: null, length: null, sort: "" } });
});

/** @param {string} id @param {object} more */
const run = (id, more = {}) => ({ id, spec: { model: { cell: "lstm" }, training: { steps: 10 } }, state: "finished", threshold: 0.5, higher_is_better: false, ...more });
/** @param {string} id @param {object} more */
const row = (id, more = {}) => ({ run: id, state: "finished", step: 10, loss: 0.1, metric: 0.1, retention_h_before: -3, retention_h_after: -2, retention_c_before: -1, retention_c_after: 0, seconds: 1, ...more });

test("what counts as learned is the state, or the score where a run may not stop", () => {
  const runs = [run("a", { state: "solved" }), run("b"), run("c"), run("d", { state: "cancelled" }), run("e", { state: "running" }), run("f", { state: "diverged" })];
  const rows = new Map([["b", row("b")], ["c", row("c", { metric: 0.9 })], ["f", row("f", { metric: null })]]);
  const all = outcomesOf(/** @type {any} */ (runs), runs.map(() => ({ model: 0, length: 10, seed: 0 })), rows);
  const { solved, over } = successAt(all, 0, 10);
  assert.deepEqual([solved, over], [2, 4]); // a stopped run says nothing, a diverged one did not learn
  assert.equal(successAt(all, 0, 99).interval, null);
});

test("what arrives is read on the cell state of an LSTM, on the hidden state elsewhere", () => {
  assert.equal(retentionOf(/** @type {any} */ (run("a")), row("a"), "before"), -1);
  assert.equal(retentionOf(/** @type {any} */ (run("a", { spec: { model: { cell: "rnn" } } })), row("a"), "before"), -3);
});

test("a gradient of zero, one that is not finite and one that was not measured are told apart", () => {
  const nothing = { retention_c_before: null, retention_c_after: null };
  const of = (/** @type {object} */ more, /** @type {"before"|"after"} */ when) => retentionOf(/** @type {any} */ (run("a")), row("a", { ...nothing, ...more }), when);
  assert.equal(of({}, "before"), -Infinity);
  assert.equal(of({ state: "diverged", loss: null }, "after"), Infinity);
  assert.equal(of({ state: "diverged", loss: null }, "before"), -Infinity);
  assert.equal(of({ state: "diverged", loss: null, step: 0 }, "before"), Infinity);
  assert.equal(of({ state: "queued", loss: null, step: 0 }, "before"), null);
  const points = [0, Infinity, Infinity].map((retention, at) => ({ run: String(at), model: 0, when: /** @type {const} */ ("before"), retention, text: "" }));
  assert.match(spreadWords(points, ["RNN"], 10, language()), /RNN: ∞ before/);
});

test("a table is sorted both ways, with what has no value last", () => {
  const runs = ["a", "b", "c"].map((id) => run(id));
  const rows = new Map([["a", row("a", { loss: 2 })], ["b", row("b", { loss: 1 })], ["c", row("c", { loss: null })]]);
  const all = outcomesOf(/** @type {any} */ (runs), runs.map((_, at) => ({ model: 0, length: 10, seed: at })), rows);
  const order = (/** @type {string} */ sort) => sorted(all, sort, ["LSTM"]).map((each) => each.run.id).join("");
  assert.deepEqual(["loss", "-loss", "-seed", "", "nonsense"].map(order), ["bac", "abc", "cba", "abc", "abc"]);
});

const models = [{ label: "RNN", look: { colour: "rgb(1, 2, 3)", dash: "dot", symbol: "circle", width: 2 } }];

test("the figures draw what there is, and nothing where there is nothing", () => {
  const empty = successFigure(models, [10, 20], () => null, context());
  assert.deepEqual(/** @type {any} */ (empty.data[0]).x, []);
  const full = successFigure(models, [10, 20], () => wilson(1, 2), context());
  assert.deepEqual(/** @type {any} */ (full.data[0]).y, [0.5, 0.5]);

  const points = [-120, -4, -Infinity, Infinity].map((retention, at) => ({ run: String(at), model: 0, when: /** @type {const} */ ("after"), retention, text: "" }));
  const { data, layout } = spreadFigure(models, points, context());
  const drawn = /** @type {any} */ (data[1]);
  assert.deepEqual(drawn.marker.symbol, ["triangle-down-open", "circle", "triangle-down-open", "triangle-up-open"]);
  assert.ok(drawn.y.every(Number.isFinite) && Math.min(...drawn.y) >= -35); // one dead run does not flatten all
  assert.equal(layout.shapes.length, 0); // a median below the axis is not drawn on it
});

test("a run that is over keeps its loss, and one that diverged is beyond the band", () => {
  const solved = { step: [0, 10], loss: [1, 0.01] };
  assert.equal(lossAt(solved, 5), 1);
  assert.equal(lossAt(solved, 500), 0.01);
  assert.equal(lossAt({ step: [0, 10], loss: [1, null] }, 10), Infinity);
  const { data } = bandsFigure(models, [[solved, solved, { step: [0, 10], loss: [1, null] }]], 100, context());
  const [, upper, middle] = /** @type {any[]} */ (data);
  assert.equal(middle.y[60], -2);
  assert.ok(upper.y[60] >= 0); // the ceiling of the axis
});

test("the words give the median that the figure draws, also of an even number of runs", () => {
  const points = [-4, -2].map((retention, at) => ({ run: String(at), model: 0, when: /** @type {const} */ ("before"), retention, text: "" }));
  const { layout } = spreadFigure(models, points, context());
  assert.equal(layout.shapes[0].y0, -3);
  assert.match(spreadWords(points, ["RNN"], 10, language()), /RNN: 0\.001 before/);
});

test("every figure is also a table", () => {
  const runs = [run("a", { state: "solved" }), run("b", { state: "diverged" }), run("c", { state: "running" })];
  const rows = new Map([["a", row("a")], ["b", row("b", { state: "diverged", loss: null, retention_c_after: null })], ["c", row("c")]]);
  const all = outcomesOf(/** @type {any} */ (runs), runs.map((_, seed) => ({ model: 0, length: 10, seed })), rows);
  assert.deepEqual(successTable(all, ["LSTM"], [10, 20], language()).rows, [["10", "1 of 2 (9–91%)"], ["20", "—"]]);
  assert.deepEqual(spreadTable(all, ["LSTM"], 10, language()).rows, [["0", "0.1", "1"], ["1", "0.1", "∞"], ["2", "0.1", "—"]]);
  const { head, rows: bands } = bandsTable([[{ step: [0, 2], loss: [1, 0.5] }], []], ["LSTM", "RNN"], 2, 10, language());
  assert.equal(head.length, 3);
  assert.deepEqual(bands.map(([step]) => step), ["0", "1", "2"]);
  assert.deepEqual(bands[2].slice(1), ["0.5 (0.5 to 0.5)", "—"]);
});

/** A reader over a clock that only moves when told. @param {Array<() => Promise<number>>} answers @param {boolean} [stale] */
function readings(answers, stale = false) {
  /** @type {Array<{run: () => void, ms: number}>} */
  const timers = [];
  /** @type {Array<number|string>} */
  const seen = [];
  const reader = createReader(
    {
      read: () => /** @type {() => Promise<number>} */ (answers.shift())(),
      stale: () => stale,
      onRead: (found) => seen.push(found),
      onFailed: () => Boolean(seen.push("failed")),
    },
    { later: (run, ms) => timers.push({ run, ms }), cancel: () => timers.splice(0), now: () => 0 },
  );
  /** Let the next timer ring. */
  const ring = async () => {
    const timer = timers.shift();
    timer?.run();
    await new Promise((done) => setImmediate(done));
    return timer?.ms;
  };
  return { reader, ring, seen, timers };
}
const fail = () => Promise.reject(new Error("no"));

test("a server that fails is asked less and less often, until it answers", async () => {
  const { reader, ring, seen } = readings([fail, fail, fail, async () => 1]);
  reader.soon(0);
  assert.deepEqual([await ring(), await ring(), await ring(), await ring()], [0, 3000, 6000, 12_000]);
  assert.deepEqual(seen, ["failed", "failed", "failed", 1]);
  assert.equal(pauseAfter(1, 30), 60_000);
  assert.equal(pauseAfter(400, 0), 4000); // a slow one, a tenth of the time
});

test("a comparison that was left is not read, and the next one is", async () => {
  /** @type {(value: number) => void} */
  let answer = () => {};
  const { reader, ring, seen, timers } = readings([() => new Promise((resolve) => (answer = resolve)), async () => 2]);
  reader.soon(0);
  await ring();
  reader.reset();
  reader.soon(0);
  answer(1);
  await ring();
  assert.deepEqual(seen, [2]);
  reader.reset();
  assert.equal(timers.length, 0);
});

test("the status tells a server out of reach from a comparison that is gone", () => {
  const now = { there: true, over: false, detached: false, phase: /** @type {const} */ ("open") };
  assert.equal(statusKey(now), "compare.progress-now");
  assert.equal(statusKey({ ...now, phase: "draining" }), "status.reconnecting");
  assert.equal(statusKey({ ...now, phase: "gone" }), "status.gone");
  assert.equal(statusKey({ ...now, phase: "gone", over: true }), "compare.done");
  assert.equal(statusKey({ ...now, there: false, phase: null }), "compare.idle");
});
