/** Short names of runs. Pure. */

import { valueAt } from "./experiment.js";

/** @typedef {import("./types.js").Language} Language */
/** @typedef {import("./types.js").OptionValue} OptionValue */
/** @typedef {import("./types.js").RunSpec} RunSpec */

const SECTIONS = /** @type {const} */ (["task", "model", "training"]);
/** More than this and a name is no name. */
const MOST_PARTS = 2;

/**
 * The cell, and what tells runs of one cell apart: an option that does so alone, if there is one.
 * @param {RunSpec[]} runs @param {Language} language
 * @returns {string[]}
 */
export function runLabels(runs, language) {
  return runs.map((run) => {
    const siblings = runs.filter((other) => other.model.cell === run.model.cell);
    const parts = tellingPaths(siblings).map((path) => part(path, valueAt(run, path), language));
    return [language.t(`cell.${run.model.cell}`), parts.filter(Boolean).join(", ")].filter(Boolean).join(" ");
  });
}

/** @param {RunSpec[]} runs of one cell @returns {string[]} */
function tellingPaths(runs) {
  const [first] = runs;
  const paths = [
    ...SECTIONS.flatMap((section) => Object.keys(first[section]).map((name) => `${section}.${name}`)),
    "dtype",
    "lift_small",
    "seed",
  ];
  const differing = paths.filter((path) => kinds(runs, path) > 1);
  const alone = differing.filter((path) => kinds(runs, path) === runs.length);
  return (alone.length ? alone : differing).slice(0, MOST_PARTS);
}

/** @param {RunSpec[]} runs @param {string} path how many values the runs have there */
const kinds = (runs, path) => new Set(runs.map((run) => valueAt(run, path))).size;

/** @param {string} path @param {OptionValue|undefined} value @param {Language} language */
function part(path, value, language) {
  // Some values have a name of their own: f not clamped is "free", lifting off is "plain".
  const named = `option.${path}.short.${value}`;
  if (language.has(named)) return language.t(named);
  const choice = `choice.${value}`;
  const text = typeof value === "number" ? language.number(value, 4) : language.has(choice) ? language.t(choice) : String(value);
  return language.has(`option.${path}.short`) ? language.t(`option.${path}.short`, { value: text }) : text;
}
