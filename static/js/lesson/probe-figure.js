/** Figures that are measured again whenever a slider moves: gradient profiles, and the cell. */

import { ApiError } from "../api.js";
import { initialState, reduce } from "../reduce.js";
import { decode } from "../typed-array.js";
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

const UNIT = 0; // the one whose numbers the diagram of the cell shows

/**
 * Frames that belong to no run of the server, as the state that figures are drawn from.
 * @param {FigureConfig} config @param {Record<string, Frame>} frames
 * @returns {LabState}
 */
export function stateOf(config, frames) {
  const runs = config.runs.map(({ key, label, spec }) => /** @type {Run} */ ({ id: key, spec, label, state: "finished", step: 0, steps: 1, seq: 0 }));
  const experiment = /** @type {any} */ ({ id: config.id, spec: {}, state: "done", runs });
  return reduce(reduce(initialState(), { type: "experiment", experiment }), { type: "frames", frames: Object.values(frames) });
}

/**
 * The numbers of one unit at one timestep.
 * @param {Frame} frame @param {number} timestep from 1
 * @returns {Record<string, number>}
 */
export function cellNumbers(frame, timestep) {
  const units = frame.probe?.units ?? {};
  const at = (/** @type {string} */ name, /** @type {number} */ t) => (t < 1 ? 0 : decode(units[name]).at(t - 1, UNIT));
  return {
    f: at("forget_gate", timestep),
    i: at("input_gate", timestep),
    g: at("candidate", timestep),
    o: at("output_gate", timestep),
    c: at("cell_state", timestep),
    h: at("hidden_state", timestep),
    before: at("cell_state", timestep - 1),
  };
}

/** @param {HTMLElement} root @param {Tools} tools */
export function connectProbeFigure(root, tools) {
  const config = configOf(root);
  const { language, api } = tools;
  const note = within(root, "[data-note]", HTMLElement);
  const chapter = root.closest(".chapter") ?? root;
  const profile = config.kind === "probe" ? createProfile(root, config, tools) : null;
  /** @type {Record<string, Frame>} */
  let frames = {};

  /** @param {Values} values */
  const showCell = (values) => {
    const frame = frames[config.runs[0].key];
    if (!frame) return;
    const numbers = cellNumbers(frame, values.timestep);
    for (const place of root.querySelectorAll("[data-cell]")) {
      setText(place, language.number(numbers[/** @type {HTMLElement} */ (place).dataset.cell ?? ""]));
    }
  };

  const measuring = createMeasuring(
    api,
    config,
    (measured, values) => {
      frames = measured;
      const [first] = Object.values(measured);
      setText(note, language.t("lesson.measured"));
      profile?.show(stateOf(config, measured), 0, (run) => run.label);
      if (config.kind === "cell") showCell(controls.values());
      writeNumbers(chapter, { id: config.id, values, frames, length: first.grad_h.length }, language);
    },
    (error) => setText(note, language.t(error instanceof ApiError && error.problem.status > 0 ? "lesson.refused" : "lesson.unreachable")),
  );

  let settings = "";
  const controls = connectControls(root, config, language, (values) => {
    const { timestep: _timestep, ...rest } = values;
    const asked = JSON.stringify(rest);
    // Only the eye moved: nothing has to be measured again.
    if (asked === settings && config.kind === "cell") showCell(values);
    else {
      settings = asked;
      void measuring.ask(values);
    }
  });
}
