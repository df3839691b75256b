import assert from "node:assert/strict";
import { test } from "node:test";
import { compose, flow, lines } from "../../static/js/export/compose.js";
import { embedAddress, embedSnippet } from "../../static/js/export/embed.js";
import { SvgContext } from "../../static/js/export/svg-context.js";
import { paintStill } from "../../static/js/paint/lane.js";

const LOOK = {
  colour: "rgb(1, 2, 3)",
  gateColour: "rgb(4, 5, 6)",
  line: "rgb(7, 8, 9)",
  night: "rgb(0, 0, 0)",
  ink: "rgb(255, 255, 255)",
  rung: "down",
  margins: { left: 60, right: 20 },
};

/** @param {number[]} light @param {number[]} mark */
function lane(light, mark, axis = light.length) {
  const context = new SvgContext("a");
  const scene = { weight: Float64Array.from(light), mark: Uint8Array.from(mark), open: new Float64Array(light.length).fill(0.5), arriving: 0 };
  paintStill(context, 800, 52, scene, scene.weight, scene.open, { ...LOOK, axis, length: light.length });
  return context.markup;
}

test("the lane painter writes SVG: cells, road, light and marks, and no number that is none", () => {
  const markup = lane([0, 0.2, 1, 1.3], [1, 0, 0, 2]);
  assert.equal(markup.match(/linearGradient id/g).length, 10);
  assert.match(markup, /fill="url\(#a-9\)"/);
  assert.match(markup, /a6 6 0 1 0 12 0/);
  assert.match(markup, /rgb\(7, 8, 9\)/);
  assert.doesNotMatch(markup, /NaN|undefined|Infinity|null/);
});

test("a shorter lane ends where the axis does, and nothing is drawn before it begins", () => {
  const xs = (markup) => [...markup.matchAll(/[ML](-?[\d.]+) /g)].map(([, x]) => Number(x));
  const [whole, short] = [xs(lane([0.5, 0.5, 0.5, 1], [0, 0, 0, 0])), xs(lane([0.5, 1], [0, 0], 4))];
  assert.equal(Math.min(...whole), 60);
  assert.equal(Math.min(...short), 60 + 720 / 2);
  assert.equal(Math.max(...short), Math.max(...whole));
});

test("two hundred timesteps stay a picture that can be mailed", () => {
  const markup = lane(Array(200).fill(0.5), Array(200).fill(0));
  assert.ok(markup.length < 400_000, String(markup.length));
});

const frame = {
  title: "A < B & \"C\"",
  subtitle: "step 3",
  source: "Lab",
  legend: [],
  colours: { ground: "#fff", ink: "#000", soft: "#777" },
  font: '"Segoe UI", sans-serif',
};

test("texts cannot break out of a picture", () => {
  const { svg } = compose(frame, { width: 100, height: 50, markup: "" });
  assert.match(svg, /A &#60; B &#38; &#34;C&#34;/);
  assert.match(svg, /font-family="&#34;Segoe UI/);
});

test("a legend takes as many rows as it needs, and the picture grows with it", () => {
  const look = { colour: "red", dash: "dot", symbol: "square-open" };
  const entries = Array.from({ length: 12 }, (_, at) => ({ label: `LSTM ${at}, ten letters`, look }));
  const placed = flow(entries);
  assert.ok(placed[11].row >= 2);
  assert.ok(placed.every(({ x }) => x >= 24 && x < 960));
  const drawing = { width: 100, height: 50, markup: "" };
  const grown = compose({ ...frame, legend: entries }, drawing).height - compose(frame, drawing).height;
  assert.equal(grown, (placed[11].row + 1) * 22);
});

test("a long line of words is broken between its parts, and pushes the drawing down", () => {
  assert.deepEqual(lines("one · two · three", 9), ["one · two", "three"]);
  assert.deepEqual(lines("a part that is longer than a line · b", 9), ["a part that is longer than a line", "b"]);
  const drawing = { width: 100, height: 50, markup: "" };
  const long = { ...frame, subtitle: Array(12).fill("a part of the subtitle").join(" · ") };
  assert.equal(compose(long, drawing).height - compose(frame, drawing).height, 40);
});

test("the address of a frame is beside the Lab, under any prefix", () => {
  assert.equal(embedAddress("https://x.org/a/lab?lang=en&t=3#h", "profile"), "https://x.org/a/embed/profile?lang=en&t=3");
  assert.equal(embedAddress("https://x.org/embed/heat?lang=en", "lab"), "https://x.org/embed/lab?lang=en");
});

test("a snippet is one well-formed tag", () => {
  const snippet = embedSnippet('https://x.org/lab?a=1&b="', "loss", 'The "loss"');
  assert.match(snippet, /^<iframe src="[^"]*" title="The &#34;loss&#34;" width="100%" height="\d+" loading="lazy" allow="[^"]*"><\/iframe>$/);
  assert.match(snippet, /a=1&#38;b=/);
});
