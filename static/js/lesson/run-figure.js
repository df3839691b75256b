/** Figures that train while the reader watches: the Lab's session and plot, with fewer controls. */

import { allOver, outcome, problemText } from "../describe.js";
import { withValue } from "../experiment.js";
import { runLabels } from "../run-labels.js";
import { createSession } from "../session.js";
import { createStore } from "../store.js";
import { setText } from "../ui/dom.js";
import { budgetOf, edgeStep, trainingEnd } from "../view.js";
import { prefersStill } from "../theme.js";
import { calm } from "./calm.js";
import { configOf, connectControls, createProfile, within } from "./figure.js";

/** @typedef {import("../types.js").ExperimentSpec} ExperimentSpec */
/** @typedef {import("../types.js").LabState} LabState */
/** @typedef {import("./figure.js").FigureConfig} FigureConfig */
/** @typedef {import("./figure.js").Tools} Tools */
/** @typedef {import("./figure.js").Values} Values */

/** Milliseconds between two drawings: a plot costs far more than a frame. */
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

/** Ends that a training comes to by itself: only those answer what the reader was asked to predict. */
const ENDS = ["solved", "finished", "diverged"];

/** @param {LabState} state */
export const hasEnded = ({ order, runs }) => order.length > 0 && order.every((id) => ENDS.includes(runs[id].state));

/** @param {HTMLElement} root @param {Tools} tools */
export function connectRunFigure(root, tools) {
  const config = configOf(root);
  const { language, api } = tools;
  const { t } = language;
  const runButton = within(root, "[data-run]", HTMLButtonElement);
  const stopButton = within(root, "[data-stop]", HTMLButtonElement);
  const progress = within(root, "[data-progress]", HTMLProgressElement);
  const say = calm(within(root, "[data-status]", HTMLElement));
  const result = within(root, "[data-outcome]", HTMLElement);
  const note = within(root, "[data-note]", HTMLElement);
  const timeline = within(root, "[data-timeline]", HTMLElement);
  const slider = within(timeline, "input", HTMLInputElement);
  const shownStep = within(timeline, "[data-shown-step]", HTMLOutputElement);
  const chooser = root.querySelector("[data-preset]");
  const profile = createProfile(root, config, tools);
  const [only] = Object.keys(config.presets);
  const preset = () => (chooser instanceof HTMLSelectElement ? chooser.value : only ?? "");

  /** @type {number|null} when the replay began; 0 before its first drawing, null without one */
  let replayFrom = null;
  let following = true; // the slider stands at its end and moves with the training
  let told = false;
  /** @type {string|null} the experiment on screen; null while the server has not answered */
  let shown = null;
  let refusal = "";
  let timer = 0;
  const store = createStore(() => later());
  const session = createSession(api, store, (problem) => {
    refusal = problemText(problem, language);
  });
  const controls = connectControls(root, config, language, () => {});

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
    const names = runLabels(state.order.map((id) => state.runs[id].spec), language);
    if (state.order.some((id) => state.logs[id].length)) {
      profile.show(state, step, (_run, at) => names[at]);
      timeline.hidden = false;
      const text = t("lesson.at-step", { step: language.integer(step) });
      setText(shownStep, language.integer(step));
      slider.setAttribute("aria-valuetext", text);
      setText(note, text);
      if (over) setText(result, t("lesson.over", { runs: outcome(profile.viewOf(state, edge, (_run, at) => names[at]), language) }));
    }
    const budget = budgetOf(state);
    progress.max = budget;
    progress.value = over ? trainingEnd(state) : Math.min(edge, step);
    progress.hidden = over;
    stopButton.hidden = over;
    runButton.disabled = !over;
    result.hidden = !over;
    const waiting = state.order.every((id) => state.runs[id].state === "queued");
    const words = waiting ? t("lesson.queued") : t("lesson.training", { step: language.integer(Math.floor(edge / 100) * 100), steps: language.integer(budget) });
    const replaying = t("lesson.replaying", { step: language.integer(step), steps: language.integer(edge) });
    if (over) say("over", refusal);
    else if (allOver(state)) say("replaying", replaying);
    else say(waiting ? "queued" : "training", words);
    if (over && !told) {
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
    say("sent", t("lesson.queued"));
    tools.started(config.id);
    const experiment = await session.run(experimentOf(config, controls.values(), preset()));
    shown = experiment?.id ?? before;
    replayFrom = experiment?.state === "done" && !prefersStill() ? 0 : null;
    if (experiment) return later();
    // What was there before still is.
    runButton.disabled = false;
    say("refused", refusal);
    tools.stopped(config.id);
    told = true;
    later();
  });
  stopButton.addEventListener("click", () => void session.stop());
  slider.addEventListener("input", () => {
    replayFrom = null;
    following = slider.value === slider.max;
    later();
  });
}
