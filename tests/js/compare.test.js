import assert from "node:assert/strict";
import { test } from "node:test";

import { bandsFigure, lossAt } from "../../static/js/charts/bands.js";
import { drawFigure } from "../../static/js/charts/draw.js";
import { pointPlaces, spreadFigure } from "../../static/js/charts/spread.js";
import { successFigure } from "../../static/js/charts/success.js";
import { TABLES } from "../../static/js/compare/figure-tables.js";
import { FIGURES, pictureOf } from "../../static/js/compare/figures.js";
import { axesOf, decodeGrid, encodeGrid, firstAxes, gridOf, gridRuns, parseLengths, parseSeeds } from "../../static/js/compare/grid.js";
import { outcomesOf, retentionOf, successAt } from "../../static/js/compare/outcome.js";
import { mergeRows } from "../../static/js/compare/life.js";
import { createRemaining, failureWords, shareDone, statusOf } from "../../static/js/compare/progress.js";
import { createReader, pauseAfter } from "../../static/js/compare/reader.js";
import { sceneOf } from "../../static/js/compare/scene.js";
import { sorted } from "../../static/js/compare/table.js";
import { bandsWords, spreadWords, successWords } from "../../static/js/compare/words.js";
import { quantile, wilson } from "../../static/js/statistics.js";
import { catalogue, context, language, PALETTE } from "./fixtures.js";
import { setupOf } from "../../static/js/experiment.js";
import { decodeSetup, encodeSetup } from "../../static/js/url-codec.js";

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
  assert.match(spreadWords(said(points)), /RNN: ∞ before/);
});

test("a table is sorted both ways, with what has no value last", () => {
  const runs = ["a", "b", "c"].map((id) => run(id));
  const rows = new Map([["a", row("a", { loss: 2 })], ["b", row("b", { loss: 1 })], ["c", row("c", { loss: null })]]);
  const all = outcomesOf(/** @type {any} */ (runs), runs.map((_, at) => ({ model: 0, length: 10, seed: at })), rows);
  const order = (/** @type {string} */ sort) => sorted(all, sort, ["LSTM"]).map((each) => each.run.id).join("");
  assert.deepEqual(["loss", "-loss", "-seed", "", "nonsense"].map(order), ["bac", "abc", "cba", "abc", "abc"]);
});

/** @param {any[]} points */
const said = (points) => /** @type {any} */ ({ points, names: ["RNN"], length: 10, surroundings: { language: language() } });

const models = [{ label: "RNN", look: { colour: "rgb(1, 2, 3)", dash: "dot", symbol: "circle", width: 2 } }];

test("the figures draw what there is, and nothing where there is nothing", () => {
  const empty = successFigure(models, [10, 20], () => null, context());
  assert.deepEqual(/** @type {any} */ (empty.data[0]).x, []);
  const full = successFigure(models, [10, 20], () => wilson(1, 2), context());
  assert.deepEqual(/** @type {any} */ (full.data[0]).y, [0.5, 0.5]);
  const { low, high } = /** @type {{low: number, high: number}} */ (wilson(1, 2));
  const upright = full.layout.shapes.filter((/** @type {any} */ { x0, x1 }) => x0 === x1);
  assert.deepEqual(upright.map((/** @type {any} */ { y0, y1 }) => [y0, y1]), [[low, high], [low, high]]);

  const points = [-120, -4, -Infinity, Infinity].map((retention, at) => ({ run: String(at), model: 0, when: /** @type {const} */ ("after"), retention, text: "" }));
  const { data, layout } = spreadFigure(models, points, context());
  const symbols = Object.fromEntries(data.flatMap((/** @type {any} */ { customdata, marker }) => customdata.map((/** @type {string} */ run) => [run, marker.symbol])));
  assert.deepEqual(symbols, { 0: "triangle-down-open", 1: "circle", 2: "triangle-down-open", 3: "triangle-up-open" });
  const drawn = data.flatMap((/** @type {any} */ { y }) => y);
  assert.ok(drawn.every(Number.isFinite) && Math.min(...drawn) >= -35); // one dead run does not flatten all
  assert.equal(layout.shapes.length, 0); // a median below the axis is not drawn on it
});

test("before and after are words where there is room, and signs on a phone; long names take more lines", () => {
  const three = ["RNN", "LSTM", "LSTM chrono 100, b_f 1"].map((label) => ({ ...models[0], label }));
  const wide = spreadFigure(three, [], { ...context(), width: 1000 });
  assert.deepEqual(wide.layout.xaxis.ticktext.slice(0, 2), ["before", "after"]);
  const narrow = spreadFigure(three, [], { ...context(), width: 330 });
  assert.deepEqual(narrow.layout.xaxis.ticktext.slice(0, 2), ["○", "●"]);
  const lines = (/** @type {any} */ { layout }) => layout.annotations.filter((/** @type {any} */ { x, xref }) => xref === "x" && x === 2).map((/** @type {any} */ { text }) => text);
  assert.deepEqual(lines(wide), ["LSTM chrono 100, b_f 1"]);
  assert.ok(lines(narrow).length > 1);
  assert.equal(lines(narrow).join(" "), "LSTM chrono 100, b_f 1");
  assert.ok(narrow.layout.margin.b > wide.layout.margin.b);
});

test("the places to point at stand on the points that are drawn", () => {
  const points = /** @type {const} */ (["after", "before"]).map((when) => ({ run: "a", model: 0, when, retention: -4, text: when }));
  const figure = spreadFigure(models, points, context());
  const size = { width: 400, height: 300 };
  const places = pointPlaces(figure, size);
  assert.deepEqual(places.map(({ text }) => text), ["before", "after"]);
  const marks = drawFigure(figure, size).filter(({ attributes }) => String(attributes.transform ?? "").startsWith("translate"));
  const drawn = marks.map(({ attributes }) => String(attributes.transform).match(/[\d.]+/g)?.slice(0, 2).map(Number)).sort((a, b) => (a?.[0] ?? 0) - (b?.[0] ?? 0));
  assert.deepEqual(places.map(({ x, y }) => [x, y].map((value) => Math.round(value * 10) / 10)), drawn);
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
  assert.match(spreadWords(said(points)), /RNN: 0\.001 before/);
});

/** @param {string} [sort] */
const compared = (sort = "") => {
  const models = ["lstm", "rnn"].map(spec);
  const runs = [run("a", { state: "solved", spec: spec("lstm") }), run("b", { state: "diverged", spec: spec("lstm") }), run("c", { state: "running", spec: spec("lstm") }), run("d", { state: "running", spec: spec("rnn") })];
  const cells = [0, 1, 2, 0].map((seed, at) => ({ model: Number(at === 3), length: 10, seed }));
  cells.push({ model: 1, length: 20, seed: 0 });
  runs.push(run("e", { state: "queued", spec: spec("rnn") }));
  const rows = new Map([["a", row("a")], ["b", row("b", { state: "diverged", loss: null, retention_c_after: null })], ["c", row("c", { state: "running" })]]);
  const curves = new Map([["a", { run: "a", step: [0, 2], loss: [1, 0.5] }]]);
  const surroundings = /** @type {any} */ ({ version: "1", palette: PALETTE, language: language(), font: "serif" });
  return sceneOf(/** @type {any} */ ({ runs, grid: { models, cells }, rows, curves, version: 1 }), { experiment: null, length: 10, sort }, surroundings);
};
/** @param {string} cell */
const spec = (cell) => ({ model: { cell }, training: { steps: 2 }, task: { length: 10 } });

test("every figure is also a table", () => {
  const scene = compared();
  assert.deepEqual(TABLES.success(scene).rows, [["10", "1 of 2 (9–91%)", "—"], ["20", "—", "—"]]);
  assert.deepEqual(TABLES.spread(scene).rows, [["0", "0.1", "1", "—", "—"], ["1", "0.1", "∞", "—", "—"], ["2", "0.1", "—", "—", "—"]]);
  const { head, rows: bands } = TABLES.bands(scene);
  assert.equal(head.length, 3);
  assert.deepEqual(bands.map(([step]) => step), ["0", "1", "2"]);
  assert.deepEqual(bands[2].slice(1), ["0.5 (0.5 to 0.5)", "—"]);
});

test("every figure says what it shows, model by model", () => {
  assert.equal(successWords(compared()), "Seeds that solved the task. LSTM: 1 of 2 at T = 10.");
  assert.match(spreadWords(compared()), /LSTM: 0\.1 before training, ∞ after/); // the median of 1 and ∞
  assert.match(bandsWords(compared()), /T = 10.*LSTM: 0\.5 \(1 runs\)/);
});

test("a figure is drawn again only where it would look different", () => {
  const [one, other] = [compared(), compared("-loss")];
  assert.deepEqual(one.keys, other.keys);
  assert.equal(one.points.length, 5); // three before, two after: what still trains is not over
  assert.match(one.points[0].text, /seed 0, before: 0\.1/);
});

test("a picture stands alone: title, set-up, legend and drawing", () => {
  for (const name of /** @type {const} */ (["success", "spread", "bands"])) {
    const { svg } = pictureOf(name, compared(), "The classic contrast");
    for (const words of [language().t(`${name}.title`), "The classic contrast", "LSTM", name === "success" ? "2 lengths, 3 seeds" : "T = 10, 3 seeds"]) assert.ok(svg.includes(words), `${name}: ${words}`);
    assert.ok(drawFigure(FIGURES[name](compared(), context()), { width: 400, height: 300 }).length > 5);
  }
});

test("the link of a run sets the Lab up as exactly that run", () => {
  const grid = gridRuns({ ...setup, runs: setup.runs.map((each, at) => ({ ...each, model: { ...each.model, hidden_size: 8 + at }, dtype: "float32" })) }, axes);
  for (const each of grid) {
    const query = new URLSearchParams(encodeSetup({ preset: setup.preset, runs: [each] }, catalogue));
    assert.deepEqual(decodeSetup(query, catalogue).runs, [each]);
  }
});

test("of rows that are read again only those that tell something new are new", () => {
  const known = mergeRows(new Map(), /** @type {any} */ ([row("a"), row("b", { state: "running" })]));
  const next = mergeRows(known, /** @type {any} */ ([row("a"), row("b", { state: "running" }), row("c")]));
  assert.equal(next.get("a"), known.get("a"));
  assert.notEqual(next.get("b"), known.get("b"));
  assert.notEqual(mergeRows(next, /** @type {any} */ ([row("c", { state: "cancelled" })])).get("c"), next.get("c"));
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

/** @param {Array<object>} runs @param {object} [more] */
const alive = (runs, more = {}) => {
  const each = runs.map((one, at) => run(String(at), { step: 0, spec: spec("rnn"), ...one }));
  const state = { experiment: { id: "x" }, order: each.map(({ id }) => id), runs: Object.fromEntries(each.map((one) => [one.id, one])), submitting: false, left: false, connection: { phase: "open" }, ...more };
  return /** @type {any} */ ({ state, gone: false });
};
/** @param {object} life @param {number|null} [left] */
const status = (life, left = null) => statusOf(/** @type {any} */ (life), left, language());

test("the status says what the server does, and tells one out of reach from a comparison that is gone", () => {
  const some = [{ state: "solved" }, { state: "running" }, { state: "queued", position: 7 }];
  assert.equal(status(alive(some)).text, "1 of 3 runs are over; 1 are training.");
  assert.match(status(alive(some), 100).text, /training\. About 2 min left\.$/);
  for (const phase of ["draining", "retrying"]) assert.equal(status(alive(some, { connection: { phase } })).tone, "warning");
  assert.match(status({ ...alive(some), gone: true }).text, /no longer on the server/);
  assert.equal(status({ ...alive([{ state: "solved" }]), gone: true }).key, "compare.done"); // what there is, is there
  assert.match(status(alive([{ state: "queued", position: 7 }])).text, /place 7/);
  assert.match(status(alive([], { submitting: true, experiment: null })).text, /Sending/);
  assert.equal(status(alive([], { experiment: null })).key, "compare.idle");
  assert.match(status(alive([{ state: "solved" }, { state: "cancelled" }])).text, /1 of 2 runs came to their end/);
  assert.equal(status(alive([{ state: "cancelled" }], { left: true })).key, "status.detached");
});

test("progress counts work, not runs: an LSTM and a longer sequence cost more", () => {
  const short = run("a", { state: "solved", spec: spec("rnn") });
  const long = run("b", { state: "running", step: 1, spec: { ...spec("lstm"), task: { length: 20 } } });
  assert.equal(shareDone(/** @type {any} */ ([short, { ...long, step: 0 }])), 20 / 180);
  assert.equal(shareDone(/** @type {any} */ ([short, long])), 100 / 180);
  assert.equal(shareDone([]), 0);
});

test("the time left follows the pace since the first work, and another comparison begins anew", () => {
  const { left } = createRemaining();
  assert.equal(left("a", 0, 5), null); // it waits in the queue
  assert.equal(left("a", 0.1, 10), null);
  assert.equal(left("a", 0.11, 11), null); // too little to tell
  assert.ok(Math.abs(Number(left("a", 0.3, 14)) - 14) < 1e-9); // a fifth took 4 s
  assert.equal(left("b", 0.5, 15), null);
  assert.equal(left("b", 1, 16), null);
});

test("every reason for which runs failed is told once", () => {
  const failed = ["timeout", "timeout", "nobody-knows"].map((code, at) => run(String(at), { state: "failed", error: { code } }));
  const words = failureWords(/** @type {any} */ ([...failed, run("d")]), language());
  assert.match(words, /^Failed on the server: 3\. It took longer .* Try again;/);
  assert.equal(failureWords(/** @type {any} */ ([run("d")]), language()), "");
});
