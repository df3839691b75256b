/** The form of a grid: preset, lengths, seeds and every option; it holds what the reader has set up. */

import { fieldProblem } from "../describe.js";
import { complaint, sameRuns, setupOf } from "../experiment.js";
import { runLabels } from "../run-labels.js";
import { createControls } from "../ui/controls.js";
import { byId, setText } from "../ui/dom.js";
import { presetPicker } from "../ui/preset-picker.js";
import { firstAxes, gridRuns, lengthOption, MOST_SEEDS, parseLengths, parseSeeds } from "./grid.js";

/** @typedef {import("../types.js").Catalogue} Catalogue */
/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").Problem} Problem */
/** @typedef {import("../types.js").RunSpec} RunSpec */
/** @typedef {import("../types.js").Setup} Setup */
/** @typedef {import("./grid.js").Axes} Axes */

/**
 * @param {object} parts
 * @param {Catalogue} parts.catalogue
 * @param {Language} parts.language
 * @param {{setup: Setup, axes: Axes}} parts.start
 * @param {() => void} parts.onPreset another experiment was chosen
 * @param {() => void} parts.onChange
 */
export function createGridForm({ catalogue, language, start, onPreset, onChange }) {
  const { t } = language;
  const lengthsField = byId("lengths", HTMLInputElement);
  const seedsField = byId("seeds", HTMLInputElement);
  const lengthsProblem = byId("lengths-problem", HTMLElement);
  const seedsProblem = byId("seeds-problem", HTMLElement);
  const runButton = byId("run", HTMLButtonElement);
  const changedNote = byId("setup-changed", HTMLElement);
  const most = catalogue.limits.max_runs_per_experiment ?? Infinity;
  let { setup, axes } = start;
  /** @type {RunSpec[]|null} */
  let shown = null;
  let same = false; // as what is shown
  let busy = false;

  const picker = presetPicker(byId("preset", HTMLSelectElement), catalogue, language, (preset) => {
    setup = setupOf(catalogue, preset);
    axes = firstAxes(setup, catalogue);
    onPreset();
    changed();
  });
  const controls = createControls({
    inSight: byId("controls-in-sight", HTMLElement),
    all: byId("controls-all", HTMLElement),
    catalogue,
    language,
    labels: ({ runs }) => runLabels(runs, language),
    onChange: (change) => {
      setup = change(setup);
      changed();
    },
    without: ["task.length"],
  });

  lengthsField.addEventListener("change", () => {
    const lengths = parseLengths(lengthsField.value);
    const option = lengthOption(setup, catalogue);
    const wrong = lengths && option ? lengths.map((length) => complaint(option, length)).find(Boolean) : { code: "not_an_integer", limit: null };
    if (lengths && !wrong) {
      axes = { ...axes, lengths };
      changed();
    } else {
      complainOf(lengthsField, lengthsProblem, fieldProblem({ path: "task.length", message: "", code: wrong?.code, limit: wrong?.limit }, language));
      tell();
    }
  });
  seedsField.addEventListener("change", () => {
    const seeds = parseSeeds(seedsField.value);
    if (seeds !== null) {
      axes = { ...axes, seeds };
      changed();
    } else {
      complainOf(seedsField, seedsProblem, t("compare.seeds-problem", { limit: MOST_SEEDS }));
      tell();
    }
  });

  /** @param {HTMLInputElement} field @param {HTMLElement} place @param {string} text */
  function complainOf(field, place, text) {
    setText(place, text);
    field.setAttribute("aria-invalid", String(text !== ""));
  }

  function changed() {
    controls.show(setup);
    picker.show(setup.preset);
    // Without a thousands mark, which would be read as the end of a number.
    lengthsField.value = axes.lengths.join(", ");
    seedsField.value = String(axes.seeds);
    complainOf(lengthsField, lengthsProblem, "");
    const count = size();
    complainOf(seedsField, seedsProblem, count > most ? t("compare.too-many", { n: language.integer(count), limit: language.integer(most) }) : "");
    compare();
    onChange();
  }

  function compare() {
    const asked = size() > most ? [] : gridRuns(setup, axes);
    same = shown !== null && sameRuns({ preset: "", runs: asked }, { preset: "", runs: shown });
    tell();
  }

  const size = () => setup.runs.length * axes.lengths.length * axes.seeds;

  function tell() {
    const wrong = lengthsProblem.textContent !== "" || seedsProblem.textContent !== "";
    runButton.disabled = wrong || (busy && same);
    setText(runButton, t("compare.run-count", { n: language.integer(size()) }));
    changedNote.hidden = shown === null || same;
  }

  return {
    get setup() {
      return setup;
    },
    get axes() {
      return axes;
    },
    show: changed,
    /** @param {Setup} next @param {Axes} over */
    use(next, over) {
      setup = next;
      axes = over;
      changed();
    },
    /** The runs that the figures are of, which the form may have left. @param {RunSpec[]|null} runs */
    showing(runs) {
      shown = runs;
      compare();
    },
    /** @param {boolean} now those runs are under way */
    working(now) {
      if (now === busy) return;
      busy = now;
      tell();
    },
    /** @param {Problem} problem why the server refused */
    complain({ errors }) {
      // Which run of the grid it was says nothing to a reader: the field does.
      controls.complain(errors.map((each) => ({ path: each.path.replace(/^runs\.\d+\./, ""), text: fieldProblem(each, language) })));
    },
  };
}
