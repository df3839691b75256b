/**
 * What the reader has set up: complete run specs made from a preset and changes to it. Pure.
 */

/** @typedef {import("./types.js").Catalogue} Catalogue */
/** @typedef {import("./types.js").CellName} CellName */
/** @typedef {import("./types.js").ExperimentSpec} ExperimentSpec */
/** @typedef {import("./types.js").Option} Option */
/** @typedef {import("./types.js").OptionValue} OptionValue */
/** @typedef {import("./types.js").PartialSpec} PartialSpec */
/** @typedef {import("./types.js").RunSpec} RunSpec */
/** @typedef {import("./types.js").Section} Section */
/** @typedef {import("./types.js").Setup} Setup */

/** @typedef {"task"|"model"|"training"} SectionName */

const SECTIONS = /** @type {const} */ (["task", "model", "training"]);

/** @param {Catalogue} catalogue @param {OptionValue} name @returns {Option[]} */
export function taskOptions(catalogue, name) {
  return catalogue.tasks.find((task) => task.name === name)?.options ?? [];
}

/** @param {Catalogue} catalogue @param {OptionValue} cell @returns {Option[]} */
export function cellOptions(catalogue, cell) {
  return catalogue.cells.find((entry) => entry.name === cell)?.options ?? [];
}

/** @param {Catalogue} catalogue @param {RunSpec} run @returns {Option[]} every option that this run has */
export function optionsOf(catalogue, run) {
  return [
    ...taskOptions(catalogue, run.task.name),
    ...cellOptions(catalogue, run.model.cell),
    ...catalogue.training,
    ...catalogue.run,
  ];
}

/** @param {Option[]} options @returns {Section} */
function defaultsOf(options) {
  return Object.fromEntries(options.map((option) => [option.name, option.default]));
}

/**
 * Write out every default of a spec.
 * @param {PartialSpec} spec
 * @param {Catalogue} catalogue
 * @returns {RunSpec}
 */
export function complete(spec, catalogue) {
  const task = spec.task?.name ?? catalogue.tasks[0].name;
  const cell = spec.model?.cell ?? "lstm";
  const { task: _task, model: _model, training: _training, ...top } = spec;
  return /** @type {RunSpec} */ ({
    task: { name: task, ...defaultsOf(taskOptions(catalogue, task)), ...spec.task },
    model: { cell, ...defaultsOf(cellOptions(catalogue, cell)), ...spec.model },
    training: { ...defaultsOf(catalogue.training), ...spec.training },
    ...defaultsOf(catalogue.run),
    ...top,
  });
}

/** @param {string} path @returns {[SectionName|null, string]} */
function split(path) {
  const [first, ...rest] = path.split(".");
  const section = SECTIONS.find((name) => name === first);
  return section && rest.length ? [section, rest.join(".")] : [null, path];
}

/** @param {RunSpec} run @param {string} path @returns {OptionValue|undefined} */
export function valueAt(run, path) {
  const [section, name] = split(path);
  if (section) return run[section][name];
  return /** @type {Record<string, OptionValue>} */ (/** @type {unknown} */ (run))[name];
}

/**
 * @template {RunSpec|PartialSpec} S
 * @param {S} run @param {string} path @param {OptionValue} value
 * @returns {S}
 */
export function withValue(run, path, value) {
  const [section, name] = split(path);
  if (section) return { ...run, [section]: { ...run[section], [name]: value } };
  return { ...run, [name]: value };
}

/**
 * The runs of an experiment, complete, in the server's order: the product of `vary` with its last
 * entry changing fastest.
 * @param {ExperimentSpec} experiment
 * @param {Catalogue} catalogue
 * @returns {RunSpec[]}
 */
export function expand(experiment, catalogue) {
  /** @type {PartialSpec[]} */
  let runs = experiment.runs ?? [experiment.base ?? {}];
  for (const [path, values] of Object.entries(experiment.vary ?? {})) {
    runs = runs.flatMap((run) =>
      values.map((value) => {
        if (SECTIONS.some((name) => name === path)) return { ...run, [path]: /** @type {Section} */ (value) };
        return withValue(run, path, /** @type {OptionValue} */ (value));
      }),
    );
  }
  return runs.map((run) => complete(run, catalogue));
}

/** @param {Catalogue} catalogue @param {string} id @returns {Setup} */
export function setupOf(catalogue, id) {
  const preset = catalogue.presets.find((entry) => entry.id === id) ?? catalogue.presets[0];
  return { preset: preset.id, runs: expand(preset.experiment, catalogue) };
}

/** @param {unknown} a @param {unknown} b */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** @param {Setup} a @param {Setup} b */
export function sameRuns(a, b) {
  return same(a.runs.map(sorted), b.runs.map(sorted));
}

/**
 * Whether two set-ups differ in nothing but the seed: the same question, asked again.
 * @param {Setup} a @param {Setup} b
 */
export function sameQuestion(a, b) {
  const seedless = (/** @type {Setup} */ setup) => ({ ...setup, runs: setup.runs.map((run) => ({ ...run, seed: 0 })) });
  return sameRuns(seedless(a), seedless(b));
}

/**
 * Which earlier model of a set-up a model is equal to: the two are one run.
 * @param {Setup} setup @param {number} index @returns {number|null}
 */
export function twinOf({ runs }, index) {
  const first = runs.findIndex((run) => same(sorted(run), sorted(runs[index])));
  return first < index ? first : null;
}

/**
 * The set-up that an experiment was made with: a preset where it asks its question, else what its
 * runs say, under a preset that is known.
 * @param {RunSpec[]} runs @param {Catalogue} catalogue @param {string} otherwise
 * @returns {Setup}
 */
export function setupOfRuns(runs, catalogue, otherwise) {
  const known = catalogue.presets.find(({ id }) => sameQuestion({ preset: id, runs }, setupOf(catalogue, id)));
  return { preset: known?.id ?? otherwise, runs };
}

/** @param {RunSpec} run */
function sorted(run) {
  return Object.entries(run)
    .map(([name, value]) => [name, value && typeof value === "object" ? Object.entries(value).sort() : value])
    .sort();
}

/**
 * What to send: the preset as it stands where nothing was changed, else every run in full.
 * @param {Setup} setup @param {Catalogue} catalogue
 * @returns {ExperimentSpec}
 */
export function toExperiment(setup, catalogue) {
  const preset = catalogue.presets.find((entry) => entry.id === setup.preset);
  if (preset && sameRuns(setup, setupOf(catalogue, setup.preset))) return preset.experiment;
  return { runs: setup.runs };
}

/**
 * Set an option of one run, or of every run that has it.
 * @param {Setup} setup @param {Catalogue} catalogue
 * @param {string} path @param {OptionValue} value @param {number|null} index null: all
 * @returns {Setup}
 */
export function setOption(setup, catalogue, path, value, index = null) {
  const runs = setup.runs.map((run, at) => {
    const concerned = index === null || index === at;
    return concerned && optionsOf(catalogue, run).some((option) => option.path === path)
      ? withValue(run, path, value)
      : run;
  });
  return { ...setup, runs };
}

/**
 * Give every run another task; a length that the new task also accepts is kept.
 * @param {Setup} setup @param {Catalogue} catalogue @param {string} name
 * @returns {Setup}
 */
export function setTask(setup, catalogue, name) {
  const options = taskOptions(catalogue, name);
  const runs = setup.runs.map((run) => {
    const kept = options.filter(
      (option) => option.name === "length" && within(option, run.task.length),
    );
    const length = Object.fromEntries(kept.map((option) => [option.name, run.task[option.name]]));
    return { ...run, task: { name, ...defaultsOf(options), ...length } };
  });
  return { ...setup, runs };
}

/** @param {Option} option @param {OptionValue|undefined} value */
function within(option, value) {
  return typeof value === "number" && value >= (option.low ?? -Infinity) && value <= (option.high ?? Infinity);
}

/**
 * Choose which cells are trained, in order. A run that keeps its cell keeps its options; one that
 * changes it keeps those that both cells have.
 * @param {Setup} setup @param {Catalogue} catalogue @param {CellName[]} cells
 * @returns {Setup}
 */
export function setCells(setup, catalogue, cells) {
  const runs = cells.map((cell, at) => {
    const run = setup.runs[at] ?? setup.runs[setup.runs.length - 1];
    if (run.model.cell === cell) return run;
    const options = cellOptions(catalogue, cell);
    const shared = options.filter((option) => ["hidden_size", "init"].includes(option.name));
    const kept = Object.fromEntries(
      shared.filter((option) => option.name in run.model).map((option) => [option.name, run.model[option.name]]),
    );
    return { ...run, model: { cell, ...defaultsOf(options), ...kept } };
  });
  return { ...setup, runs };
}

/** Forget biases to tell a further LSTM from those that are there. */
const OTHER_BIASES = [3, 0, 5, 2, 4, 1];

/**
 * Add a model that is not there yet: equal runs are one run.
 * @param {Setup} setup @param {Catalogue} catalogue
 * @returns {Setup}
 */
export function addModel(setup, catalogue) {
  const cells = setup.runs.map((run) => /** @type {CellName} */ (run.model.cell));
  const absent = catalogue.cells.map(({ name }) => name).find((name) => !cells.includes(name));
  const more = setCells(setup, catalogue, [...cells, absent ?? "lstm"]);
  if (absent) return more;
  const last = cells.length;
  const tried = OTHER_BIASES.map((bias) => setOption(more, catalogue, "model.forget_bias", bias, last));
  const isNew = (/** @type {Setup} */ { runs }) => runs.slice(0, last).every((run) => JSON.stringify(run) !== JSON.stringify(runs[last]));
  return tried.find(isNew) ?? more;
}

/**
 * The value that all runs which have an option agree on.
 * @param {RunSpec[]} runs @param {string} path
 * @returns {{shared: boolean, value: OptionValue|undefined, values: Array<OptionValue|undefined>}}
 */
export function agreed(runs, path) {
  const values = runs.map((run) => valueAt(run, path)).filter((value) => value !== undefined);
  const [first] = values;
  return { shared: values.every((value) => value === first), value: first, values };
}

/**
 * Check a value as the server will, so that most mistakes never travel.
 * @param {Option} option @param {OptionValue} value
 * @returns {{code: string, limit: OptionValue|string[]}|null}
 */
export function complaint(option, value) {
  if (value === null) return option.nullable ? null : { code: "not_nullable", limit: null };
  if (option.kind === "choice") {
    return option.choices?.includes(String(value)) ? null : { code: "choice", limit: option.choices ?? [] };
  }
  if (option.kind === "boolean") return null;
  if (typeof value !== "number" || !Number.isFinite(value)) return { code: "not_a_number", limit: null };
  if (option.kind === "integer" && !Number.isInteger(value)) return { code: "not_an_integer", limit: null };
  if (option.low !== null && value < option.low) return { code: "too_low", limit: option.low };
  if (option.high !== null && value > option.high) return { code: "too_high", limit: option.high };
  return null;
}
