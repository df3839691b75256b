import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi } from "../../static/js/api.js";

/** A server whose log has so many frames, and gives 10 000 of them at a time. */
function serve(t, frames) {
  const asked = [];
  t.mock.method(globalThis, "fetch", async (url, { headers }) => {
    asked.push(url);
    const query = new URL(url, "http://x").searchParams;
    const from = Number(query.get("after")) + 1;
    const page = Array.from({ length: Math.min(Number(query.get("limit")), frames - from) }, (_, at) => ({ seq: from + at }));
    const csv = ["seq,step", ...page.map(({ seq }) => `${seq},${10 * seq}`), ""].join("\r\n");
    return new Response(headers.Accept === "text/csv" ? csv : JSON.stringify({ frames: page }));
  });
  return asked;
}

test("a log that is longer than an answer is read to its end", async (t) => {
  const asked = serve(t, 20_001);
  const frames = await createApi("/api").frames("r", 1);
  assert.deepEqual([frames.length, frames.at(-1).seq, asked.length], [20_001, 20_000, 3]);
});

test("as a table it has one head", async (t) => {
  serve(t, 10_002);
  const lines = (await (await createApi("/api").framesCsv("r")).text()).split("\n");
  assert.deepEqual([lines.length, lines[0], lines.at(-2), lines.at(-1)], [10_004, "seq,step", "10001,100010", ""]);
});

test("an empty log is an empty table", async (t) => {
  serve(t, 0);
  assert.equal(await (await createApi("/api").framesCsv("r")).text(), "seq,step\n");
});
