import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { messages, staticText } from "./fixtures.js";
import { CELLS, GATES } from "../../static/js/visual.js";

const pt = messages("pt-BR");
const en = messages("en");
const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test("both languages have the same keys", () => {
  assert.deepEqual(Object.keys(pt).sort(), Object.keys(en).sort());
});

test("both languages have the same placeholders", () => {
  for (const key of Object.keys(pt)) assert.deepEqual(placeholders(pt[key]), placeholders(en[key]), key);
});

test("every state, lane, gate and cell has a name", () => {
  const states = ["ready", "queued", "running", "solved", "finished", "diverged", "cancelled", "failed"];
  const names = [
    ...states.map((state) => `state.${state}`),
    ...Object.keys(CELLS).map((cell) => `cell.${cell}`),
    ...Object.keys(GATES).map((gate) => `gate.${gate}`),
    ...["zero", "overflow", "alive", "weak", "gone", "exploding"].map((word) => `word.${word}`),
  ];
  for (const name of names) assert.ok(name in pt, name);
});

test("every text that the modules and templates name exists", () => {
  const root = new URL("../../", import.meta.url);
  const files = ["static/js", "static/js/ui", "static/js/charts", "static/js/export", "templates"].flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, root)).filter((name) => /\.(js|html)$/.test(name)).map((name) => `${folder}/${name}`),
  );
  const used = files.flatMap((file) =>
    [...readFileSync(new URL(file, root), "utf8").matchAll(/\bt\(\s*["']([a-z][\w.-]+)["']\s*[,)]/g)].map((match) => ({ file, key: match[1] })),
  );
  assert.ok(used.length > 60);
  for (const { file, key } of used) assert.ok(key in pt, `${file} names ${key}`);
});

test("no template or module holds a sentence of its own", () => {
  // Between two tags of a template there is markup, or a call for a text; never a word.
  // The names of formats and libraries are the same in every language.
  const names = new Set(["PNG", "SVG", "CSV", "JSON", "PyTorch", "Keras"]);
  for (const name of ["lab.html", "base.html", "figure.html", "take-away.html"]) {
    const html = readFileSync(new URL(`../../templates/${name}`, import.meta.url), "utf8")
      .replace(/\{#[\s\S]*?#\}|\{%[\s\S]*?%\}|\{\{[\s\S]*?\}\}|<!doctype html>/g, "")
      .replace(/<[^>]*>/g, "\n");
    const words = (html.match(/[A-Za-zÀ-ú]{3,}/g) ?? []).filter((word) => !names.has(word));
    assert.deepEqual(words, [], name);
  }
});

test("what can be shown in words is escaped nowhere and parsed nowhere", () => {
  for (const folder of ["", "ui/", "charts/", "paint/", "export/"]) {
    for (const name of readdirSync(new URL(`../../static/js/${folder}`, import.meta.url)).filter((file) => file.endsWith(".js"))) {
      assert.doesNotMatch(staticText(`js/${folder}${name}`), /innerHTML|insertAdjacentHTML|outerHTML|document\.write/, name);
    }
  }
});
