import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue } from "./fixtures.js";
import { setCells, setOption, setTask, setupOf } from "../../static/js/experiment.js";
import { changeable } from "../../static/js/try.js";
import { decodeChanges, decodeSetup, decodeView, encodeChanges, encodeSetup, encodeView, hasSetup, initialView } from "../../static/js/url-codec.js";

const classic = setupOf(catalogue, "classic");
const there = (setup) => decodeSetup(new URLSearchParams(encodeSetup(setup, catalogue)), catalogue);
const query = (setup) => new URLSearchParams(encodeSetup(setup, catalogue)).toString();

test("an untouched preset is one word", () => {
  assert.equal(query(classic), "preset=classic");
  assert.deepEqual(there(classic), classic);
});

const changes = {
  "a value of all runs": setOption(classic, catalogue, "task.length", 80),
  "a value of one run": setOption(classic, catalogue, "model.hidden_size", 8, 2),
  "nothing where there was a number": setOption(classic, catalogue, "training.clip_norm", null),
  "a number where there was nothing": setOption(classic, catalogue, "model.spectral_radius", 0.9),
  "a switch": setOption(classic, catalogue, "model.coupled", true),
  "a choice": setOption(classic, catalogue, "dtype", "float32"),
  "a tiny rate": setOption(classic, catalogue, "training.learning_rate", 1e-5),
  "other cells": setCells(classic, catalogue, ["lstm", "lstm"]),
  "another task": setTask(classic, catalogue, "recall"),
  "all of it": setOption(
    setOption(setTask(setCells(classic, catalogue, ["gru", "lstm", "lstm"]), catalogue, "recall"), catalogue, "task.noise", 0.5),
    catalogue,
    "model.forget_bias",
    -2.5,
    1,
  ),
  "a grid": setOption(setupOf(catalogue, "bias"), catalogue, "model.forget_bias", 5, 3),
};
for (const [name, setup] of Object.entries(changes)) {
  test(`${name} goes to the address and comes back`, () => assert.deepEqual(there(setup), setup));
}

test("the address says what differs, and for which run", () => {
  assert.equal(query(changes["a value of all runs"]), "preset=classic&task.length=80");
  assert.equal(query(changes["a value of one run"]), "preset=classic&3.model.hidden_size=8");
  assert.equal(query(changes["nothing where there was a number"]), "preset=classic&training.clip_norm=none");
});

test("a mistyped link still opens", () => {
  const typed = "preset=classic&task.length=banana&dtype=int8&2.model.forget_bias=999&cells=rnn.transformer&nonsense=1&seed=";
  const setup = decodeSetup(new URLSearchParams(typed), catalogue);
  assert.deepEqual(setup, setCells(classic, catalogue, ["rnn"]));
});

test("a link cannot ask for a thousand models", () => {
  const many = Array(1000).fill("lstm").join(".");
  assert.equal(decodeSetup(new URLSearchParams({ cells: many }), catalogue).runs.length, 12);
});

test("the view goes to the address and comes back", () => {
  const view = { experiment: "abc123", timestep: 37, scale: "jacobian", theory: true, gates: 2, cell: 1, units: true, unit: 7, guess: "gated", pins: "0123456789abcdef.fedcba9876543210", trained: true };
  assert.deepEqual(decodeView(new URLSearchParams(encodeView(view))), view);
  assert.deepEqual(encodeView(initialView()), []);
  assert.deepEqual(decodeView(new URLSearchParams("t=-3&scale=log&exp=<x>&guess=&pin=../x")), initialView());
});

test("the sliders of What if? keep their places in the address; what is out of range is left out", () => {
  const offered = changeable(classic.runs, catalogue).map(({ option }) => option);
  const written = (changes) => new URLSearchParams(encodeChanges(changes));
  const moved = { forget_bias: -1.5, length: 40, init: "pytorch" };
  assert.deepEqual(decodeChanges(written(moved), offered), moved);
  assert.equal(String(written({ forget_bias: 3 })), "try.forget_bias=3");
  assert.deepEqual(decodeChanges(written({ forget_bias: 99, length: "x", other: 1 }), offered), {});
});

test("an address that only names an experiment sets nothing up", () => {
  const says = (text) => hasSetup(new URLSearchParams(text), catalogue);
  for (const text of ["", "exp=0123456789abcdef&lang=en", "exp=1&mode=projector&t=3&scale=absolute&try.forget_bias=3"]) assert.equal(says(text), false, text);
  for (const text of ["preset=classic", "cells=lstm", "task=recall", "seed=3", "exp=1&task.length=80", "2.model.forget_bias=3"]) assert.equal(says(text), true, text);
});
