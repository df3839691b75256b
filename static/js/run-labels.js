/** Short names of runs. Pure. */

import { valueAt } from "./experiment.js";

/** @typedef {import("./types.js").Language} Language */
/** @typedef {import("./types.js").OptionValue} OptionValue */
/** @typedef {import("./types.js").RunSpec} RunSpec */

const SECTIONS = /** @type {const} */ (["task", "model", "training"]);
/** More than this and a name is no name. */
const MOST_PARTS = 2;

/**
 * The cell, and what tells runs of one cell apart.
 * @param {RunSpec[]} runs @param {Language} language
 * @returns {string[]}
 */
export function runLabels(runs, language) {
  return runs.map((run) => {
    const cell = language.t(`cell.${run.model.cell}`);
    const siblings = runs.filter((other) => other.model.cell === run.model.cell);
    const paths = [...SECTIONS.flatMap((section) => Object.keys(run[section]).map((name) => `${section}.${name}`)), "seed", "dtype", "lift_small"];
    const differing = paths.filter((path) => siblings.some((other) => valueAt(other, path) !== valueAt(run, path)));
    return [cell, differing.slice(0, MOST_PARTS).map((path) => part(path, valueAt(run, path), language)).join(", ")].filter(Boolean).join(" ");
  });
}

/** @param {string} path @param {OptionValue|undefined} value @param {Language} language */
function part(path, value, language) {
  const text = typeof value === "number" ? language.number(value, 4) : value === null ? language.t("field.off") : String(value);
  return language.has(`option.${path}.short`) ? language.t(`option.${path}.short`, { value: text }) : text;
}
