/** Asks the server to measure a figure, one question at a time: a slider outruns any server. */

import { ApiError } from "../api.js";
import { problemText } from "../describe.js";
import { createLatest } from "../latest.js";
import { setText } from "../ui/dom.js";
import { connectControls, within } from "./figure.js";
import { connectWeights } from "./weights.js";

/** @typedef {import("./figure.js").FigureConfig} FigureConfig */
/** @typedef {import("./figure.js").Tools} Tools */
/** @typedef {import("./figure.js").Values} Values */
/** @typedef {import("../types.js").Frame} Frame */

/** @typedef {Record<string, Frame>} Frames by run */
/** @typedef {Parameters<import("../api.js").Api["probe"]>[0]} Question */

/** @param {FigureConfig} config @param {string} name of a control */
const isForTheEye = ({ controls }, name) => controls.some((control) => control.name === name && control.path === "");

/**
 * What is changed in one of the networks.
 * @param {FigureConfig} config @param {Values} values @param {string} key of the run
 * @param {boolean} trained its weights are: what was learned stays
 * @returns {Record<string, number>}
 */
export function interventionsOf(config, values, key, trained) {
  if (config.untouched.includes(key)) return {};
  const wanted = config.controls.filter(({ path, learned }) => path.startsWith("interventions.") && !(trained && learned));
  return Object.fromEntries(wanted.map(({ name, path }) => [path.slice("interventions.".length), values[name]]));
}

/**
 * The controls of a figure, and what was measured with them.
 * @param {HTMLElement} root @param {FigureConfig} config @param {Tools} tools
 * @param {(frames: Frames, values: Values, trained: boolean) => string} onMeasured draws; says what was measured
 */
export function connectMeasured(root, config, tools, onMeasured) {
  const { api, language } = tools;
  const note = within(root, "[data-note]", HTMLElement);
  const say = (/** @type {string} */ text) => setText(note, text);
  /** @type {{asked: string, frames: Frames, values: Values, trained: boolean}|null} */
  let known = null;

  const show = () => {
    if (known?.trained !== weights.trained) return;
    // Numbers stand beside what they were measured with; what only moves the eye is as it is now.
    const moved = Object.entries(controls.values()).filter(([name]) => isForTheEye(config, name));
    say(onMeasured(known.frames, { ...known.values, ...Object.fromEntries(moved) }, known.trained));
  };

  /** @param {{questions: Question[], values: Values, trained: boolean}} wanted */
  const measure = async ({ questions, values, trained }) => {
    const asked = JSON.stringify(questions);
    if (asked !== known?.asked) {
      const frames = await Promise.all(questions.map((question) => api.probe(question)));
      const byRun = frames.map((frame, at) => [config.runs[at].key, { ...frame, run: config.runs[at].key }]);
      known = { asked, values, trained, frames: Object.fromEntries(byRun) };
    }
    show();
  };

  const latest = createLatest(measure, (error) => {
    if (!(error instanceof ApiError)) throw error;
    say(error.problem.status > 0 ? problemText(error.problem, language) : language.t("lesson.unreachable"));
  });

  const ask = () => {
    const { trained, run } = weights;
    for (const { name, learned } of config.controls) {
      if (learned) within(root, `[data-control="${name}"]`, HTMLInputElement).disabled = trained;
    }
    if (trained && !run) return; // the server is asked for it
    const values = controls.values();
    const questions = config.runs.map(({ key, spec }) => {
      const interventions = interventionsOf(config, values, key, trained);
      return run ? { run, interventions } : { spec, interventions };
    });
    void latest.ask({ questions, values, trained });
  };

  const weights = connectWeights(root, config, tools, say, ask);
  const controls = connectControls(root, config, language, () => {
    show(); // where only the eye moved, nothing has to be measured again
    ask();
  });
  return { ask };
}
