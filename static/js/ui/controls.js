/** The controls of the set-up: few in sight, all under "more". Built from the catalogue. */

import { addModel, agreed, cellOptions, optionsOf, setCells, setOption, setTask, twinOf, valueAt } from "../experiment.js";
import { el, icon, rebuild, setText } from "./dom.js";
import { createField } from "./field.js";

/** @typedef {import("../types.js").Catalogue} Catalogue */
/** @typedef {import("../types.js").CellName} CellName */
/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").Option} Option */
/** @typedef {import("../types.js").Setup} Setup */
/** @typedef {import("./field.js").Field} Field */

/** In sight unless the preset says otherwise; the rest is under "more". */
const IN_SIGHT = ["task.length", "training.learning_rate"];
/** In sight always, after those of the preset. */
const ALWAYS = ["model.hidden_size", "training.steps", "seed"];
const LARGEST_SEED = 2 ** 31 - 1;

/**
 * @param {object} parts
 * @param {HTMLElement} parts.inSight
 * @param {HTMLElement} parts.all
 * @param {Catalogue} parts.catalogue
 * @param {Language} parts.language
 * @param {(setup: Setup) => string[]} parts.labels names of the runs
 * @param {(change: (setup: Setup) => Setup) => void} parts.onChange
 * @param {string[]} [parts.without] paths that the page has a control of its own for
 */
export function createControls({ inSight, all, catalogue, language, labels, onChange, without = [] }) {
  const { t, has } = language;
  /** @type {Array<{path: string, index: number|null, field: Field}>} */
  let fields = [];
  /** @type {Array<{name: HTMLElement, remove: HTMLElement|null, twin: HTMLElement}>} heads of the models */
  let heads = [];
  let shape = "";

  /** @param {string} kind @param {Option} option @param {string} task */
  const text = (kind, option, task) => {
    const key = [`option.${task}.${option.path}.${kind}`, `option.${option.path}.${kind}`].find(has);
    if (key) return t(key);
    return kind === "label" ? option.name : "";
  };

  /** @param {Option} option @param {Setup} setup @param {number|null} index */
  const fieldFor = (option, setup, index = null) => {
    const id = `f-${index === null ? "" : `${index + 1}-`}${option.path.replaceAll(".", "-")}`;
    const task = String(setup.runs[0].task.name);
    const field = createField({
      option,
      id,
      label: text("label", option, task),
      hint: text("hint", option, task),
      language,
      choiceLabel: (value) => {
        const key = [`choice.${option.path}.${value}`, `choice.${value}`].find(has);
        return key ? t(key) : value;
      },
      onChange: (value) => onChange((now) => setOption(now, catalogue, option.path, value, index)),
    });
    fields.push({ path: option.path, index, field });
    return field.element;
  };

  /** @param {string} id @param {string} label @param {string[]} names @param {string} value
   * @param {(name: string) => string} nameOf @param {(name: string) => void} choose */
  const chooser = (id, label, names, value, nameOf, choose) => {
    const select = el(
      "select",
      { id, onchange: () => choose(select.value) },
      ...names.map((name) => el("option", { value: name }, nameOf(name))),
    );
    select.value = value;
    return el("div", { class: "field" }, el("label", { for: id }, label), select);
  };

  const newSeed = () =>
    el(
      "button",
      {
        type: "button",
        class: "button new-seed",
        title: t("setup.new-seed"),
        "aria-label": t("setup.new-seed"),
        onclick: () => onChange((now) => setOption(now, catalogue, "seed", Math.floor(Math.random() * LARGEST_SEED))),
      },
      icon("dice"),
    );

  /** @param {Setup} setup @param {number} index */
  const modelCard = (setup, index) => {
    const cells = setup.runs.map((run) => /** @type {CellName} */ (run.model.cell));
    const name = el("span");
    const remove =
      cells.length > 1
        ? el(
            "button",
            {
              type: "button",
              class: "quiet",
              onclick: () => onChange((now) => ({ ...now, runs: now.runs.filter((_, at) => at !== index) })),
            },
            icon("close"),
          )
        : null;
    const twin = el("p", { class: "hint model-twin", role: "status" });
    heads.push({ name, remove, twin });
    return el(
      "fieldset",
      { class: "model-card", "data-cell": cells[index] },
      el("legend", {}, name, remove),
      twin,
      el(
        "div",
        { class: "control-grid" },
        chooser(
          `cell-${index + 1}`,
          t("setup.cell"),
          catalogue.cells.map((cell) => cell.name),
          cells[index],
          (name) => t(`cell.${name}`),
          (name) =>
            onChange((now) => setCells(now, catalogue, cells.map((cell, at) => (at === index ? /** @type {CellName} */ (name) : cell)))),
        ),
        ...cellOptions(catalogue, cells[index]).map((option) => fieldFor(option, setup, index)),
      ),
    );
  };

  /** @param {Setup} setup */
  const build = (setup) => {
    fields = [];
    heads = [];
    const [first] = setup.runs;
    const options = new Map(setup.runs.flatMap((run) => optionsOf(catalogue, run).map((option) => [option.path, option])));
    const preset = catalogue.presets.find(({ id }) => id === setup.preset);
    const chosen = [...new Set([...(preset?.controls ?? IN_SIGHT), ...ALWAYS])];
    rebuild(
      inSight,
      chosen.flatMap((path) => {
        const option = options.get(path);
        if (!option || without.includes(path)) return [];
        const field = fieldFor(option, setup);
        return [path === "seed" ? el("div", { class: "seed" }, field, newSeed()) : field];
      }),
    );
    const rest = (/** @type {(option: Option) => boolean} */ wanted) =>
      [...options.values()].filter((option) => wanted(option) && ![...chosen, ...without].includes(option.path)).map((option) => fieldFor(option, setup));
    const section = (/** @type {string} */ name, /** @type {Node[]} */ ...children) =>
      el("section", { class: "control-group" }, el("h3", {}, t(`setup.${name}`)), el("div", { class: "control-grid" }, ...children));
    const cells = setup.runs.map((run) => /** @type {CellName} */ (run.model.cell));
    const most = catalogue.limits.max_runs_per_experiment ?? 12;
    const another = el(
      "button",
      {
        type: "button",
        class: "button",
        disabled: cells.length >= Math.min(6, most),
        onclick: () => onChange((now) => addModel(now, catalogue)),
      },
      icon("plus"),
      t("setup.add-model"),
    );
    rebuild(all, [
      section(
        "task",
        chooser(
          "task-name",
          t("setup.task-name"),
          catalogue.tasks.map((task) => task.name),
          String(first.task.name),
          (name) => (has(`task.${name}`) ? t(`task.${name}`) : name),
          (name) => onChange((now) => setTask(now, catalogue, name)),
        ),
        ...rest((option) => option.path.startsWith("task.")),
      ),
      el(
        "section",
        { class: "control-group" },
        el("h3", {}, t("setup.models")),
        el("div", { class: "model-cards" }, ...setup.runs.map((_, index) => modelCard(setup, index))),
        another,
      ),
      section("training", ...rest((option) => option.path.startsWith("training."))),
      section("numbers", ...rest((option) => !option.path.includes("."))),
    ]);
  };

  return {
    /** @param {Setup} setup */
    show(setup) {
      const [first] = setup.runs;
      // Not the labels, which hold values: what is built again under a slider ends its movement.
      const now = JSON.stringify([setup.preset, first.task.name, setup.runs.map((run) => [run.model.cell, ...optionsOf(catalogue, run).map(({ path }) => path)])]);
      if (now !== shape) {
        shape = now;
        build(setup);
      }
      const names = labels(setup);
      for (const [at, model] of names.entries()) {
        setText(heads[at].name, model);
        const first = twinOf(setup, at);
        setText(heads[at].twin, first === null ? "" : t("setup.twin", { n: language.integer(first + 1) }));
        heads[at].remove?.setAttribute("aria-label", t("setup.remove-model", { model }));
      }
      for (const { path, index, field } of fields) {
        field.show(index === null ? agreed(setup.runs, path).values : [valueAt(setup.runs[index], path)]);
      }
    },

    /**
     * Show what the server refused at its field, unfold it, and go to the first.
     * @param {Array<{path: string, text: string}>} problems
     */
    complain(problems) {
      /** @type {Field[]} */
      const concerned = [];
      for (const { path, text: message } of problems) {
        const [, index, rest] = /^(?:base\.|runs\.(\d+)\.)?(.*)$/.exec(path) ?? [];
        const found =
          fields.find((each) => each.path === rest && each.index === (index === undefined ? null : Number(index))) ??
          fields.find((each) => each.path === rest);
        if (!found) continue;
        found.field.complain(message);
        found.field.element.closest("details")?.setAttribute("open", "");
        concerned.push(found.field);
      }
      concerned[0]?.focus();
    },
  };
}
