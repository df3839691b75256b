/**
 * Measuring without training: what is changed, which networks it concerns, what is asked, and the
 * state that figures are drawn from. Pure.
 */

import { agreed } from "./experiment.js";
import { initialState, reduce } from "./reduce.js";

/** @typedef {import("./types.js").Catalogue} Catalogue */
/** @typedef {import("./types.js").CellName} CellName */
/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {import("./types.js").LabState} LabState */
/** @typedef {import("./types.js").Option} Option */
/** @typedef {import("./types.js").OptionValue} OptionValue */
/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./types.js").RunSpec} RunSpec */
/** @typedef {import("./types.js").ShownRun} ShownRun */

/** @typedef {Record<string, OptionValue>} Changes by name; what is not there stays as it is */

/**
 * What can be changed, the cells that have it, and where a spec says how it stands.
 * @type {ReadonlyArray<{name: string, cells: CellName[], path: string, option: Partial<Option>}>}
 */
const CHANGEABLE = [
  { name: "spectral_radius", cells: ["rnn"], path: "model.spectral_radius", option: { low: 0, high: 2, step: 0.02 } },
  { name: "forget_bias", cells: ["lstm", "gru"], path: "model.forget_bias", option: { low: -2, high: 8, step: 0.25 } },
  { name: "clamp_forget", cells: ["lstm"], path: "model.clamp_forget", option: { low: 0, high: 1, step: 0.01 } },
  { name: "length", cells: ["rnn", "lstm", "gru"], path: "task.length", option: { kind: "integer", scale: "log", unit: "steps" } },
  { name: "init", cells: ["rnn", "lstm", "gru"], path: "model.init", option: { kind: "choice" } },
];

/** Longer than this and an answer takes longer than a finger waits. */
const LONGEST = 300;

/**
 * The controls of some networks, with the value at which each begins.
 * @param {RunSpec[]} specs @param {Catalogue} catalogue
 * @returns {Array<{option: Option, value: OptionValue|undefined}>} undefined where they differ, or
 *   where the set-up leaves it free: a slider that can be moved at once, and says nothing before
 */
export function changeable(specs, catalogue) {
  const cells = specs.map((spec) => spec.model.cell);
  const task = catalogue.tasks.find(({ name }) => name === specs[0]?.task.name);
  const length = task?.options.find(({ name }) => name === "length");
  const init = catalogue.cells[0]?.options.find(({ name }) => name === "init");
  return CHANGEABLE.filter((each) => each.cells.some((cell) => cells.includes(cell))).map(({ name, path, option }) => {
    const common = { name, path, kind: /** @type {const} */ ("number"), default: null, low: null, high: null, step: null };
    const rest = { scale: /** @type {const} */ ("linear"), nullable: false, choices: null, unit: null, doc: "", source: null };
    const known = name === "length" ? { low: length?.low ?? 1, high: Math.min(LONGEST, length?.high ?? LONGEST) } : name === "init" ? { choices: init?.choices ?? null } : {};
    const { shared, value } = agreed(specs, path);
    return { option: { ...common, ...rest, ...option, ...known }, value: shared ? (value ?? undefined) : undefined };
  });
}

/**
 * What to ask of the server for one network.
 * @param {ShownRun} shown @param {Changes} changes @param {boolean} trained measure its weights at
 *   the training step on screen, else those it began with
 * @returns {Parameters<import("./api.js").Api["probe"]>[0]}
 */
export function question({ run, probed }, changes, trained) {
  const cell = /** @type {CellName} */ (run.spec.model.cell);
  const concerned = CHANGEABLE.filter(({ name, cells }) => cells.includes(cell) && name !== "init" && (changes[name] ?? null) !== null);
  const interventions = Object.fromEntries(concerned.map(({ name }) => [name, Number(changes[name])]));
  if (trained && probed) return { run: run.id, step: probed.step, interventions };
  const init = changes.init ?? run.spec.model.init;
  return { spec: { ...run.spec, model: { ...run.spec.model, init } }, interventions };
}

/**
 * Frames that belong to no run of the server, as the state that figures are drawn from.
 * @param {Run[]} runs @param {Frame[]} frames in the same order
 * @returns {LabState}
 */
export function measuredState(runs, frames) {
  const ended = runs.map((run) => ({ ...run, state: /** @type {const} */ ("finished"), seq: 0 }));
  const experiment = /** @type {any} */ ({ id: "measured", spec: {}, state: "done", runs: ended });
  const own = frames.map((frame, at) => ({ ...frame, run: runs[at].id, seq: 0 }));
  return reduce(reduce(initialState(), { type: "experiment", experiment }), { type: "frames", frames: own });
}
