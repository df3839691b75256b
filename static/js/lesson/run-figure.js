/** Figures that train while the reader watches: the Lab's session and plot, with fewer controls. */

import { ApiError } from "../api.js";
import { allOver, outcome, problemText } from "../describe.js";
import { withValue } from "../experiment.js";
import { createLatest } from "../latest.js";
import { runLabels } from "../run-labels.js";
import { createSession } from "../session.js";
import { hasEnded, isGone, statusText } from "../status.js";
import { createStore } from "../store.js";
import { setText } from "../ui/dom.js";
import { budgetOf, edgeStep, trainingEnd } from "../view.js";
import { prefersStill } from "../theme.js";
import { calm } from "./calm.js";
import { configOf, connectControls, within } from "./figure.js";
import { writeNumbers } from "./numbers.js";
import { createProfile } from "./profile.js";
import { createTimeLeft } from "./time-left.js";
import { stateOf } from "./untrained.js";

/** @typedef {import("../types.js").ExperimentSpec} ExperimentSpec */
/** @typedef {import("../types.js").LabState} LabState */
/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").RunSpec} RunSpec */
/** @typedef {import("./figure.js").FigureConfig} FigureConfig */
/** @typedef {import("./figure.js").Tools} Tools */
/** @typedef {import("./figure.js").Values} Values */

/** Milliseconds between two drawings: of a training, not of an animation. */
const PAUSE = 120;

/** Milliseconds in which a run that is stored is shown again, from its first step to its last. */
const REPLAY = 5000;

/**
 * @param {FigureConfig} config @param {Values} values @param {string} preset
 * @returns {ExperimentSpec}
 */
export function experimentOf(config, values, preset) {
  if (config.presets[preset]) return config.presets[preset].experiment;
  const runs = config.runs.map(({ spec }) =>
    config.controls.reduce((changed, { name, path }) => withValue(changed, path, values[name]), spec),
  );
  return { runs };
}

/**
 * What trains, with the names of the models.
 * @param {FigureConfig} config @param {Values} values @param {string} preset @param {Language} language
 */
export function networksOf(config, values, preset, language) {
  const specs = /** @type {RunSpec[]} */ (experimentOf(config, values, preset).runs ?? []);
  const labels = config.presets[preset]?.labels ?? runLabels(specs, language);
  return specs.map((spec, at) => ({ key: config.presets[preset] ? String(at) : config.runs[at].key, label: labels[at], spec }));
}

/** @param {LabState} state @param {string[]} names @param {Language} language */
export function largestNorms({ order, logs }, names, { t, number }) {
  const norms = order.map((id, at) => {
    const value = logs[id].reduce((/** @type {number} */ most, { grad_norm }) => Math.max(most, grad_norm ?? Infinity), 0);
    return `${names[at]}: ${Number.isFinite(value) ? number(value) : "∞"}`;
  });
  return t("lesson.norms", { norms: norms.join("; ") });
}

/** @param {HTMLElement} root @param {Tools} tools */
export function connectRunFigure(root, tools) {
  const config = configOf(root);
  const { language, api } = tools;
  const { t } = language;
  const runButton = within(root, "[data-run]", HTMLButtonElement);
  const stopButton = within(root, "[data-stop]", HTMLButtonElement);
  const progress = within(root, "[data-progress]", HTMLProgressElement);
  const say = calm(within(root, "[data-status]", HTMLElement), within(root, "[data-said]", HTMLElement));
  const result = within(root, "[data-outcome]", HTMLElement);
  const note = within(root, "[data-note]", HTMLElement);
  const timeline = within(root, "[data-timeline]", HTMLElement);
  const slider = within(timeline, "input", HTMLInputElement);
  const shownStep = within(timeline, "[data-shown-step]", HTMLOutputElement);
  const chooser = root.querySelector("[data-preset]");
  const chapter = root.closest(".chapter") ?? root;
  const profile = createProfile(root, config, tools, () => measureBefore());
  const [only] = Object.keys(config.presets);
  const preset = () => (chooser instanceof HTMLSelectElement ? chooser.value : only ?? "");

  /** @type {number|null} when the replay began; 0 before its first drawing, null without one */
  let replayFrom = null;
  let following = true; // the slider stands at its end and moves with the training
  let told = false;
  /** @type {string|null} the experiment on screen; null while the server has not answered */
  let shown = null;
  /** @type {string[]} names of what is on screen */
  let names = [];
  let refusal = "";
  let timer = 0;
  const timeLeft = createTimeLeft();
  const store = createStore(() => later());
  const session = createSession(api, store, (problem) => {
    refusal = problemText(problem, language);
  });
  const controls = connectControls(root, config, language, () => measureBefore());

  // Before anything has trained, the figure shows the networks that are set up, as they begin.
  const untrained = createLatest(async (/** @type {Values} */ values) => {
    const networks = networksOf(config, values, preset(), language);
    const measured = await Promise.all(networks.map(({ spec }) => api.probe({ spec })));
    const frames = Object.fromEntries(networks.map(({ key }, at) => [key, { ...measured[at], run: key }]));
    writeNumbers(chapter, { id: config.id, values, frames, length: measured[0].grad_h.length }, language);
    if (shown !== null || runButton.disabled) return;
    profile.show(stateOf(networks, frames), 0, (run) => run.label, (lanes) => t("lesson.summary.before", { lanes }));
    setText(note, t("lesson.before"));
  }, (error) => {
    if (!(error instanceof ApiError)) throw error;
    setText(note, error.problem.status > 0 ? problemText(error.problem, language) : t("lesson.unreachable"));
  });
  const measureBefore = () => void untrained.ask(controls.values());

  function later() {
    if (timer) return;
    timer = window.setTimeout(() => {
      timer = 0;
      draw();
    }, PAUSE);
  }

  /**
   * A run that was over when it was asked for is not shown as its end alone: the reader is to see
   * how it came about.
   * @param {number} edge @param {boolean} complete
   */
  function replay(edge, complete) {
    if (replayFrom === null || !complete) return;
    if (replayFrom === 0) replayFrom = performance.now();
    const share = Math.min(1, (performance.now() - replayFrom) / REPLAY);
    slider.value = String(Math.round(share * edge));
    if (share === 1) replayFrom = null;
    else later();
  }

  function draw() {
    const state = store.settle();
    // Until the server has answered, the state is that of the training before.
    if (shown === null || state.experiment?.id !== shown) return;
    const edge = edgeStep(state);
    const received = state.order.every((id) => {
      const log = state.logs[id];
      return log.length > 0 && log[log.length - 1].seq >= state.runs[id].seq;
    });
    slider.max = String(edge);
    if (replayFrom === null && following) slider.value = String(edge);
    replay(edge, received);
    const over = allOver(state) && replayFrom === null;
    const step = Number(slider.value);
    if (state.order.some((id) => state.logs[id].length)) {
      profile.show(state, step, (_run, at) => names[at], (lanes) => t("summary.profile", { step: language.integer(step), lanes }));
      timeline.hidden = false;
      const text = t("lesson.at-step", { step: language.integer(step) });
      setText(shownStep, language.integer(step));
      slider.setAttribute("aria-valuetext", text);
      setText(note, text);
      if (over) {
        const runs = outcome(profile.viewOf(state, edge, (_run, at) => names[at]), language);
        setText(result, [t("lesson.over", { runs }), config.norms && largestNorms(state, names, language)].filter(Boolean).join(" "));
      }
    }
    const budget = budgetOf(state);
    progress.max = budget;
    progress.value = over ? trainingEnd(state) : Math.min(edge, step);
    const gone = isGone(state);
    progress.hidden = stopButton.hidden = over || gone;
    runButton.disabled = !over && !gone;
    result.hidden = !over;
    const { kind, text } = statusText(state, timeLeft(state), language);
    if (refusal) say("refused", refusal);
    else if (allOver(state) && replayFrom !== null) say("replaying", t("lesson.replaying", { step: language.integer(step), steps: language.integer(edge) }));
    else say(kind, text);
    if ((over || gone) && !told) {
      told = true;
      setText(runButton, t("lesson.again"));
      if (hasEnded(state)) tools.ended(config.id);
      else tools.stopped(config.id);
    }
  }

  runButton.addEventListener("click", async () => {
    following = true;
    told = false;
    runButton.disabled = true;
    refusal = "";
    const before = shown;
    shown = null;
    setText(result, "");
    say("sending", t("status.sending"));
    tools.started(config.id);
    const networks = networksOf(config, controls.values(), preset(), language);
    const experiment = await session.run(experimentOf(config, controls.values(), preset()));
    shown = experiment?.id ?? before;
    if (experiment) names = networks.map(({ label }) => label);
    replayFrom = experiment?.state === "done" && !prefersStill() ? 0 : null;
    if (experiment) return later();
    // What was there before still is.
    runButton.disabled = false;
    say("refused", refusal);
    tools.stopped(config.id);
    told = true;
    later();
  });
  chooser?.addEventListener("change", () => {
    if (runButton.disabled) return; // what trains stays on screen
    shown = null;
    timeline.hidden = true;
    result.hidden = true;
    say("idle", "");
    setText(runButton, t("lesson.train"));
    measureBefore();
  });
  stopButton.addEventListener("click", () => void session.stop());
  slider.addEventListener("input", () => {
    replayFrom = null;
    following = slider.value === slider.max;
    later();
  });
}
