/** A grid of runs: the models of a set-up × lengths × seeds. Pure. */

import { complaint, taskOptions, withValue } from "../experiment.js";

/** @typedef {import("../types.js").Catalogue} Catalogue */
/** @typedef {import("../types.js").Option} Option */
/** @typedef {import("../types.js").RunSpec} RunSpec */
/** @typedef {import("../types.js").Setup} Setup */

/**
 * @typedef {object} Axes what is varied beside the models
 * @property {number[]} lengths ascending
 * @property {number} seeds how many, from the seed of the set-up on
 */

/**
 * @typedef {object} Cell what a run is within the grid
 * @property {number} model index of its model
 * @property {number} length
 * @property {number} seed
 */

/** @typedef {{models: RunSpec[], cells: Cell[]}} Grid cells in the order of the runs */

export const MOST_SEEDS = 50;
const FIRST_SEEDS = 5;

/** @param {Setup} setup @param {Catalogue} catalogue @returns {Option|undefined} */
export function lengthOption(setup, catalogue) {
  return taskOptions(catalogue, setup.runs[0].task.name).find(({ name }) => name === "length");
}

/**
 * Half, once and twice the length of a set-up, as far as its task allows.
 * @param {Setup} setup @param {Catalogue} catalogue
 * @returns {Axes}
 */
export function firstAxes(setup, catalogue) {
  const length = Number(setup.runs[0].task.length);
  const option = lengthOption(setup, catalogue);
  const lengths = [Math.round(length / 2), length, 2 * length].filter((each) => option && !complaint(option, each));
  return { lengths: lengths.length ? lengths : [length], seeds: FIRST_SEEDS };
}

/**
 * Read lengths as a person types them: "20, 50 100".
 * @param {string} text
 * @returns {number[]|null} ascending, each once; null where something is not a whole number
 */
export function parseLengths(text) {
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  if (parts.length === 0 || !parts.every((part) => /^\d{1,6}$/.test(part))) return null;
  return [...new Set(parts.map(Number))].sort((a, b) => a - b);
}

/** @param {string} text @returns {number|null} */
export function parseSeeds(text) {
  const seeds = /^\d{1,3}$/.test(text.trim()) ? Number(text) : 0;
  return seeds >= 1 && seeds <= MOST_SEEDS ? seeds : null;
}

/** @param {Setup} setup @param {Axes} axes @returns {RunSpec[]} by model, then length, then seed */
export function gridRuns(setup, { lengths, seeds }) {
  return setup.runs.flatMap((run) =>
    lengths.flatMap((length) =>
      Array.from({ length: seeds }, (_, at) => withValue(withValue(run, "task.length", length), "seed", Number(run.seed) + at)),
    ),
  );
}

/** @param {RunSpec} run what is the same for all lengths and seeds of a model */
const modelOf = (run) => ({ ...run, seed: 0, task: { ...run.task, length: 0 } });

/**
 * Find the models of a grid again, from its runs.
 * @param {RunSpec[]} runs
 * @returns {Grid}
 */
export function gridOf(runs) {
  /** @type {Map<string, number>} */
  const known = new Map();
  /** @type {RunSpec[]} */
  const models = [];
  const cells = runs.map((run) => {
    const model = modelOf(run);
    const key = JSON.stringify(model);
    if (!known.has(key)) {
      known.set(key, models.length);
      models.push(model);
    }
    return { model: Number(known.get(key)), length: Number(run.task.length), seed: Number(run.seed) };
  });
  return { models, cells };
}

/** @param {Cell[]} cells @returns {Axes} */
export function axesOf(cells) {
  const lengths = [...new Set(cells.map(({ length }) => length))].sort((a, b) => a - b);
  return { lengths, seeds: new Set(cells.map(({ seed }) => seed)).size };
}

/**
 * @typedef {object} CompareView what the address remembers beside set-up and axes
 * @property {string|null} experiment
 * @property {number|null} length whose runs are shown one by one
 * @property {string} sort column of the table, with a minus where it descends
 */

/** @param {Axes} axes @param {CompareView} view @returns {Array<[string, string]>} */
export function encodeGrid({ lengths, seeds }, { experiment, length, sort }) {
  /** @type {Array<[string, string]>} */
  const pairs = [["lengths", lengths.join(".")], ["seeds", String(seeds)]];
  if (experiment) pairs.push(["exp", experiment]);
  if (length !== null) pairs.push(["at", String(length)]);
  if (sort) pairs.push(["sort", sort]);
  return pairs;
}

/**
 * @param {URLSearchParams} query @param {Axes} otherwise
 * @returns {{axes: Axes, view: CompareView}}
 */
export function decodeGrid(query, otherwise) {
  const experiment = query.get("exp") ?? "";
  const sort = query.get("sort") ?? "";
  return {
    axes: {
      lengths: parseLengths((query.get("lengths") ?? "").replaceAll(".", " ")) ?? otherwise.lengths,
      seeds: parseSeeds(query.get("seeds") ?? "") ?? otherwise.seeds,
    },
    view: {
      experiment: /^[0-9a-f]{16}$/.test(experiment) ? experiment : null,
      length: parseLengths(query.get("at") ?? "")?.[0] ?? null,
      sort: /^-?[a-z_]{1,32}$/.test(sort) ? sort : "",
    },
  };
}
