/** Gradient profiles that are measured again whenever a slider moves. */

import { ApiError } from "../api.js";
import { measuredState } from "../try.js";
import { setText } from "../ui/dom.js";
import { configOf, connectControls, createProfile, within } from "./figure.js";
import { createMeasuring } from "./measure.js";
import { writeNumbers } from "./numbers.js";

/** @typedef {import("../types.js").Frame} Frame */
/** @typedef {import("../types.js").LabState} LabState */
/** @typedef {import("../types.js").Run} Run */
/** @typedef {import("./figure.js").FigureConfig} FigureConfig */
/** @typedef {import("./figure.js").Tools} Tools */
/** @typedef {import("./figure.js").Values} Values */

/**
 * Frames that belong to no run of the server, as the state that figures are drawn from.
 * @param {FigureConfig} config @param {Record<string, Frame>} frames
 * @returns {LabState}
 */
export function stateOf(config, frames) {
  const runs = config.runs.map(({ key, label, spec }) => /** @type {Run} */ ({ id: key, spec, label, state: "finished", step: 0, steps: 1, seq: 0 }));
  return measuredState(runs.filter(({ id }) => frames[id]), runs.flatMap(({ id }) => frames[id] ?? []));
}

/** @param {HTMLElement} root @param {Tools} tools */
export function connectProbeFigure(root, tools) {
  const config = configOf(root);
  const { language, api } = tools;
  const note = within(root, "[data-note]", HTMLElement);
  const chapter = root.closest(".chapter") ?? root;
  const profile = createProfile(root, config, tools);

  const measuring = createMeasuring(
    api,
    config,
    (frames, values) => {
      const [first] = Object.values(frames);
      setText(note, language.t("lesson.measured"));
      profile.show(stateOf(config, frames), 0, (run) => run.label);
      writeNumbers(chapter, { id: config.id, values, frames, length: first.grad_h.length }, language);
    },
    (error) => setText(note, language.t(error instanceof ApiError && error.problem.status > 0 ? "lesson.refused" : "lesson.unreachable")),
  );
  connectControls(root, config, language, (values) => void measuring.ask(values));
}
