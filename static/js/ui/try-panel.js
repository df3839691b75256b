/** Sliders that answer at once: the gradient profile of the networks on screen, without training. */

import { ApiError } from "../api.js";
import { triedOf } from "../charts/of-scene.js";
import { arriving, problemText } from "../describe.js";
import { sameRuns } from "../experiment.js";
import { createLatest } from "../latest.js";
import { changeable, measuredState, question } from "../try.js";
import { viewAt } from "../view.js";
import { isFinal, lanesOf } from "../visual.js";
import { byId, el, rebuild, setText } from "./dom.js";
import { createField } from "./field.js";
import { createLegend } from "./legend.js";

/** @typedef {import("../types.js").LabState} LabState */
/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").Option} Option */
/** @typedef {import("../types.js").RunSpec} RunSpec */
/** @typedef {import("../types.js").Scene} Scene */
/** @typedef {import("../types.js").ShownRun} ShownRun */
/** @typedef {import("../types.js").Tried} Tried */
/** @typedef {import("../try.js").Changes} Changes */

/**
 * @param {object} parts
 * @param {import("../api.js").Api} parts.api
 * @param {import("../types.js").Catalogue} parts.catalogue
 * @param {Language} parts.language
 * @param {import("./chart.js").Chart} parts.chart
 * @param {() => void} parts.wake
 * @param {{changes: Changes, trained: boolean}} parts.start as the address has it
 * @param {(changes: Changes, trained: boolean) => void} parts.onChange
 * @returns {{panel: import("../scheduler.js").Panel<Scene>, shown: (runs: ShownRun[]) => Tried|null}} shown:
 *   what was measured last, of the networks on screen
 */
export function tryPanel({ api, catalogue, language, chart, wake, start, onChange }) {
  const { t, has } = language;
  const controls = byId("try-controls", HTMLElement);
  const weights = byId("try-weights", HTMLElement);
  const trainedInput = /** @type {HTMLInputElement} */ (weights.querySelector("[value=trained]"));
  const untrainedInput = /** @type {HTMLInputElement} */ (weights.querySelector("[value=untrained]"));
  const summary = byId("try-summary", HTMLElement);
  const legend = createLegend(byId("try-legend", HTMLElement));
  /** @type {Changes} */
  let changes = start.changes;
  let trained = false;
  let wanted = start.trained; // until there are trained weights
  /** @type {RunSpec[]} */
  let specs = [];
  let asked = "";
  let version = 0;
  let problem = "";
  /** @type {{state: LabState, trained: boolean}|null} */
  let measured = null;
  /** @type {ShownRun[]} */
  let runs = [];

  const latest = createLatest(
    async (/** @type {{runs: ShownRun[], changes: Changes, trained: boolean}} */ now) => {
      const frames = await Promise.all(now.runs.map((shown) => api.probe(question(shown, now.changes, now.trained))));
      measured = { state: measuredState(now.runs.map(({ run }) => run), frames), trained: now.trained };
      problem = "";
      version += 1;
      wake();
    },
    (error) => {
      problem = error instanceof ApiError ? problemText(error.problem, language) : t("site.unreachable");
      version += 1;
      wake();
    },
  );

  /** Ask again if what is wanted is not what was asked last. */
  const measure = () => {
    const now = JSON.stringify([changes, runs.map((shown) => question(shown, changes, trained))]);
    if (now === asked || runs.length === 0) return;
    asked = now;
    void latest.ask({ runs, changes, trained });
  };

  // Nothing is asked of the server before somebody comes near.
  let near = false;
  const element = byId("try", HTMLElement);
  const observer = new IntersectionObserver(
    (seen) => {
      if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
      near = true;
      observer.disconnect();
      wake();
    },
    { rootMargin: "80px" },
  );
  observer.observe(element);

  weights.addEventListener("change", () => {
    trained = trainedInput.checked;
    wanted = false;
    change({});
  });

  /** @param {Changes} next the controls are made again, at these values */
  const change = (next) => {
    changes = next;
    build();
    measure();
    onChange(changes, trained);
  };

  const build = () => {
    const offered = changeable(specs, catalogue).filter(({ option }) => !(trained && option.name === "init"));
    rebuild(controls, [
      ...offered.map(({ option, value }) => {
        const field = createField({
          option,
          id: `try-${option.name}`,
          label: t(has(`try.${option.name}`) ? `try.${option.name}` : `option.${option.path}.label`),
          hint: "",
          language,
          choiceLabel: (choice) => t(`choice.${choice}`),
          onChange: (next) => {
            changes = { ...changes, [option.name]: next };
            field.show([next]);
            measure();
            onChange(changes, trained);
          },
        });
        const differing = option.kind === "choice" && value === undefined;
        const initial = differing ? specs.map((spec) => spec.model[option.name]) : [value];
        field.show(option.name in changes ? [changes[option.name]] : initial);
        return field.element;
      }),
      el("button", { type: "button", class: "button try-reset", onclick: () => change({}) }, t("try.reset")),
    ]);
  };

  /** @param {ShownRun[]} now @returns {Tried|null} */
  const shown = (now) => {
    const styles = Object.fromEntries(now.map(({ run, style }) => [run.id, style]));
    if (!measured || measured.state.order.some((id) => !(id in styles))) return null;
    const view = viewAt(measured.state, Infinity, styles);
    return { version, trained: measured.trained, view, lanes: lanesOf(view, t), high: measured.state.extent.relative.high };
  };

  /** @type {import("../scheduler.js").Panel<Scene>} */
  const panel = {
    element,
    heavy: true,
    outline: ({ lanes }) => lanes.map(({ key, label }) => `${key} ${label}`).join("\n"),
    key({ view, state, surroundings }) {
      const shape = JSON.stringify(view.runs.map(({ run }) => run.spec));
      const over = Boolean(state.experiment) && view.runs.every(({ run }) => isFinal(run.state));
      const steps = over && trained ? view.runs.map(({ probed }) => probed?.step).join() : "";
      return `${shape}|${over}|${steps}|${near}|${version}|${chart.version}|${surroundings.version}`;
    },
    draw(scene) {
      const { view, state, tried, surroundings } = scene;
      runs = view.runs;
      // Weights of a run are there once it is over; until then its first ones, which need no run.
      trainedInput.disabled = !state.experiment || !runs.every(({ run, probed }) => isFinal(run.state) && probed);
      const before = trained;
      trained = !trainedInput.disabled && (trained || wanted);
      if (trained) wanted = false;
      trainedInput.checked = trained;
      untrainedInput.checked = !trained;
      const now = runs.map(({ run }) => run.spec);
      const first = specs.length === 0;
      const others = !sameRuns({ preset: "", runs: now }, { preset: "", runs: specs });
      specs = now;
      if (others) {
        measured = null;
        if (first) build();
        else change({});
      } else if (trained !== before) build();
      if (near) measure();
      setText(summary, problem || t("summary.empty"));
      if (!tried || !measured) return;
      const context = { ...surroundings, left: surroundings.margins.left, right: surroundings.margins.right, width: chart.box.clientWidth };
      chart.draw(triedOf(tried, context), surroundings);
      const entries = tried.lanes.map((lane) => ({ lane, ...arriving(lane, language) }));
      legend.show(entries.map(({ lane, value, word }) => ({ key: lane.key, label: lane.label, look: lane, value, word })));
      const said = entries.map(({ lane, value, word }) => t("summary.lane", { model: lane.label, value, word })).join("; ");
      setText(summary, problem || t(tried.trained ? "try.summary.trained" : "try.summary", { t: language.integer(tried.view.length), lanes: said }));
    },
  };

  return { panel, shown };
}
