/**
 * The set-up and the view as the query of the address, and back. Pure.
 *
 * A set-up is written as its preset and what differs from it: `task.length=80` for all runs,
 * `2.model.forget_bias=3` for the second run alone. Every value has a type (from the catalogue or
 * from VIEW below); what does not parse is left out, so a mistyped link still opens.
 */

import { agreed, complaint, optionsOf, setCells, setOption, setTask, setupOf, valueAt } from "./experiment.js";

/** @typedef {import("./types.js").Catalogue} Catalogue */
/** @typedef {import("./types.js").CellName} CellName */
/** @typedef {import("./types.js").Option} Option */
/** @typedef {import("./types.js").OptionValue} OptionValue */
/** @typedef {import("./types.js").Scale} Scale */
/** @typedef {import("./types.js").Setup} Setup */

/**
 * @typedef {object} ViewState what the address remembers beside the set-up
 * @property {string|null} experiment id of the experiment on screen
 * @property {number|null} timestep pinned timestep
 * @property {Scale} scale of the gradient profile
 * @property {boolean} theory bound and direct path drawn
 * @property {number} gates index of the run whose gates are shown
 * @property {number} cell index of the run whose cell is opened
 * @property {boolean} units gates unit by unit, else as bands
 * @property {number} unit the one looked at, from 1
 * @property {string|null} guess
 * @property {string|null} pins ids of the pinned experiments, with dots between
 * @property {boolean} trained "What if?" measures trained weights, else the first ones
 */

/**
 * @template T
 * @typedef {{name: string, parse: (text: string) => T|undefined, format: (value: T) => string}} Codec
 */

/** @type {Codec<number>} */
const natural = { name: "", parse: (text) => (/^\d{1,6}$/.test(text) ? Number(text) : undefined), format: String };
/** @type {Codec<boolean>} */
const flag = { name: "", parse: (text) => text === "1", format: (value) => (value ? "1" : "0") };
const word = /** @type {Codec<string>} */ ({
  name: "",
  parse: (text) => (/^[\w-]{1,64}$/.test(text) ? text : undefined),
  format: String,
});

/** @type {{[K in keyof ViewState]: {codec: Codec<any>, initial: ViewState[K]}}} */
const VIEW = {
  experiment: { codec: { ...word, name: "exp" }, initial: null },
  timestep: { codec: { ...natural, name: "t" }, initial: null },
  scale: {
    codec: {
      name: "scale",
      parse: (text) => (["absolute", "relative", "jacobian"].includes(text) ? text : undefined),
      format: String,
    },
    initial: "relative",
  },
  theory: { codec: { ...flag, name: "theory" }, initial: false },
  gates: { codec: { ...natural, name: "gates" }, initial: -1 },
  cell: { codec: { ...natural, name: "cell" }, initial: -1 },
  units: { codec: { ...flag, name: "units" }, initial: false },
  unit: { codec: { name: "unit", parse: (text) => (/^[1-9]\d?$/.test(text) ? Number(text) : undefined), format: String }, initial: 1 },
  guess: { codec: { ...word, name: "guess" }, initial: null },
  pins: {
    codec: { name: "pin", parse: (text) => (/^[0-9a-f]{16}(\.[0-9a-f]{16}){0,2}$/.test(text) ? text : undefined), format: String },
    initial: null,
  },
  trained: { codec: { ...flag, name: "try.trained" }, initial: false },
};

/** @returns {ViewState} */
export function initialView() {
  const entries = Object.entries(VIEW).map(([key, { initial }]) => [key, initial]);
  return Object.fromEntries(entries);
}

/** @param {OptionValue} value */
function formatOption(value) {
  return value === null ? "none" : String(value);
}

/** @param {Option} option @param {string} text @returns {OptionValue|undefined} */
function parseOption(option, text) {
  /** @type {OptionValue} */
  let value = text;
  if (option.nullable && text === "none") value = null;
  else if (option.kind === "boolean") value = text === "true";
  else if (option.kind !== "choice") value = text.trim() === "" ? Number.NaN : Number(text);
  return complaint(option, value) ? undefined : value;
}

/** @param {Setup} setup @param {Catalogue} catalogue @returns {Option[]} options of any run, once */
function allOptions(setup, catalogue) {
  const found = new Map();
  for (const run of setup.runs) {
    for (const option of optionsOf(catalogue, run)) found.set(option.path, option);
  }
  return [...found.values()];
}

/**
 * @param {Setup} setup @param {Catalogue} catalogue
 * @returns {Array<[string, string]>}
 */
export function encodeSetup(setup, catalogue) {
  /** @type {Array<[string, string]>} */
  const pairs = [["preset", setup.preset]];
  let reached = setupOf(catalogue, setup.preset);

  const cells = setup.runs.map((run) => /** @type {CellName} */ (run.model.cell));
  if (String(cells) !== String(reached.runs.map((run) => run.model.cell))) {
    pairs.push(["cells", cells.join(".")]);
    reached = setCells(reached, catalogue, cells);
  }
  const task = String(setup.runs[0].task.name);
  if (task !== reached.runs[0].task.name) {
    pairs.push(["task", task]);
    reached = setTask(reached, catalogue, task);
  }
  for (const { path } of allOptions(setup, catalogue)) {
    const differing = setup.runs
      .map((run, at) => ({ at, value: valueAt(run, path), was: valueAt(reached.runs[at], path) }))
      .filter(({ value, was }) => value !== undefined && value !== was);
    if (differing.length === 0) continue;
    const { shared, value } = agreed(setup.runs, path);
    if (shared && value !== undefined) {
      pairs.push([path, formatOption(value)]);
    } else {
      for (const { at, value: own } of differing) {
        pairs.push([`${at + 1}.${path}`, formatOption(/** @type {OptionValue} */ (own))]);
      }
    }
  }
  return pairs;
}

/**
 * @param {URLSearchParams} query @param {Catalogue} catalogue
 * @returns {Setup}
 */
export function decodeSetup(query, catalogue) {
  let setup = setupOf(catalogue, query.get("preset") ?? "");
  const cells = (query.get("cells") ?? "")
    .split(".")
    .filter((cell) => catalogue.cells.some((entry) => entry.name === cell));
  const most = catalogue.limits.max_runs_per_experiment ?? 12;
  if (cells.length) setup = setCells(setup, catalogue, /** @type {CellName[]} */ (cells.slice(0, most)));
  const task = query.get("task");
  if (task && catalogue.tasks.some((entry) => entry.name === task)) setup = setTask(setup, catalogue, task);

  for (const option of allOptions(setup, catalogue)) {
    for (const index of [null, ...setup.runs.keys()]) {
      const text = query.get(index === null ? option.path : `${index + 1}.${option.path}`);
      const value = text === null ? undefined : parseOption(option, text);
      if (value !== undefined) setup = setOption(setup, catalogue, option.path, value, index);
    }
  }
  return setup;
}

/**
 * Whether a query sets anything up, beside naming an experiment and how to look at it.
 * @param {URLSearchParams} query @param {Catalogue} catalogue
 */
export function hasSetup(query, catalogue) {
  const options = [...catalogue.tasks, ...catalogue.cells].flatMap((entry) => entry.options).concat(catalogue.training, catalogue.run);
  const own = new Set(["preset", "cells", "task", ...options.map(({ path }) => path)]);
  return [...query.keys()].some((name) => own.has(name.replace(/^\d+\./, "")));
}

/** @param {ViewState} view @returns {Array<[string, string]>} what differs from the initial view */
export function encodeView(view) {
  /** @type {Array<[string, string]>} */
  const pairs = [];
  for (const [key, { codec, initial }] of Object.entries(VIEW)) {
    const value = view[/** @type {keyof ViewState} */ (key)];
    if (value !== initial && value !== null) pairs.push([codec.name, codec.format(value)]);
  }
  return pairs;
}

/** @param {URLSearchParams} query @returns {ViewState} */
export function decodeView(query) {
  const entries = Object.entries(VIEW).map(([key, { codec, initial }]) => {
    const text = query.get(codec.name);
    const value = text === null ? undefined : codec.parse(text);
    return [key, value ?? initial];
  });
  return Object.fromEntries(entries);
}

/**
 * What the sliders of "What if?" were moved to: `try.forget_bias=3`.
 * @param {import("./try.js").Changes} changes
 * @returns {Array<[string, string]>}
 */
export function encodeChanges(changes) {
  return Object.entries(changes).map(([name, value]) => [`try.${name}`, formatOption(value)]);
}

/**
 * @param {URLSearchParams} query @param {Option[]} offered
 * @returns {import("./try.js").Changes}
 */
export function decodeChanges(query, offered) {
  const found = offered.flatMap((option) => {
    const text = query.get(`try.${option.name}`);
    const value = text === null ? undefined : parseOption(option, text);
    return value === undefined ? [] : [/** @type {const} */ ([option.name, value])];
  });
  return Object.fromEntries(found);
}
