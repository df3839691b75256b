/** The cell with its numbers: one unit at one timestep, before training or after. */

import { ApiError } from "../api.js";
import { cellTexts } from "../charts/cell.js";
import { allOver, problemText } from "../describe.js";
import { createSession } from "../session.js";
import { createStore } from "../store.js";
import { decode, readProbe } from "../typed-array.js";
import { setText } from "../ui/dom.js";
import { edgeStep } from "../view.js";
import { configOf, connectControls, within } from "./figure.js";
import { createMeasuring } from "./measure.js";
import { writeNumbers } from "./numbers.js";

/** @typedef {import("../types.js").Frame} Frame */
/** @typedef {import("./figure.js").Tools} Tools */
/** @typedef {import("./figure.js").Values} Values */

const MARK = 1; // the input channel that marks a number

/** @param {Frame} frame @param {number} row @returns {boolean} */
const isMarked = (frame, row) => (frame.probe ? decode(frame.probe.inputs).at(row, MARK) > 0.5 : false);

/**
 * The unit whose input gate answers most to a mark: its mean openness at the marked numbers, less
 * that at the others.
 * @param {Frame} frame
 */
export function answeringUnit(frame) {
  const gates = frame.probe?.units.input_gate;
  if (!gates) return 0;
  const gate = decode(gates);
  const rows = [...Array(gate.rows).keys()];
  const mean = (/** @type {number[]} */ of, /** @type {number} */ unit) => of.reduce((sum, row) => sum + gate.at(row, unit), 0) / (of.length || 1);
  const marked = rows.filter((row) => isMarked(frame, row));
  const others = rows.filter((row) => !isMarked(frame, row));
  const answers = [...Array(gate.columns).keys()].map((unit) => mean(marked, unit) - mean(others, unit));
  return answers.indexOf(Math.max(...answers));
}

/** @param {HTMLElement} root @param {Tools} tools */
export function connectCellFigure(root, tools) {
  const config = configOf(root);
  const { language, api } = tools;
  const { t } = language;
  const note = within(root, "[data-note]", HTMLElement);
  const strip = within(root, "[data-strip]", SVGSVGElement);
  const slider = within(root, '[data-control="timestep"]', HTMLInputElement);
  const bias = within(root, '[data-control="forget_bias"]', HTMLInputElement);
  const chapter = root.closest(".chapter") ?? root;
  /** @type {Frame|null} */
  let untrained = null;
  /** @type {Frame|null} */
  let trained = null;
  let wanted = "untrained";

  const draw = () => {
    const frame = wanted === "trained" ? trained : untrained;
    if (!frame?.probe) return;
    const { timestep } = controls.values();
    const unit = frame === trained ? answeringUnit(frame) : 0;
    const probe = readProbe(frame.probe);
    const texts = { ...cellTexts(probe, config.runs[0].spec, timestep, unit + 1, language), x: language.number(probe.inputs.at(timestep - 1, 0)) };
    for (const place of root.querySelectorAll("[data-cell]")) {
      setText(place, /** @type {Record<string, string>} */ (texts)[place.getAttribute("data-cell") ?? ""] ?? "");
    }
    drawStrip(frame, unit, timestep);
    const said = { unit: language.integer(unit + 1), units: language.integer(decode(frame.probe.units.input_gate).columns) };
    setText(note, t(frame === trained ? "lesson.cell.note-trained" : "lesson.cell.note-untrained", { ...said, step: language.integer(frame.step) }));
  };

  /** @param {Frame} frame @param {number} unit @param {number} timestep */
  const drawStrip = (frame, unit, timestep) => {
    const gate = decode(/** @type {NonNullable<Frame["probe"]>} */ (frame.probe).units.input_gate);
    for (const column of /** @type {NodeListOf<SVGGElement>} */ (strip.querySelectorAll("[data-step]"))) {
      const step = Number(column.dataset.step);
      column.classList.toggle("is-shown", step === timestep);
      column.querySelector(".gate-strip-gate")?.setAttribute("transform", `translate(0 70) scale(1 ${gate.at(step - 1, unit).toFixed(3)}) translate(0 -70)`);
    }
    for (const word of root.querySelectorAll("[data-marked]")) word.toggleAttribute("hidden", !isMarked(frame, timestep - 1));
  };

  const measuring = createMeasuring(
    api,
    config,
    (measured, values) => {
      [untrained] = Object.values(measured);
      draw();
      writeNumbers(chapter, { id: config.id, values, frames: measured, length: untrained.grad_h.length }, language);
    },
    (error) => fail(error),
  );

  /** @param {unknown} error */
  const fail = (error) => setText(note, t(error instanceof ApiError && error.problem.status > 0 ? "lesson.refused" : "lesson.unreachable"));

  /** @type {string} */
  let asked = "";
  const controls = connectControls(root, config, language, (values) => {
    const settings = String(values.forget_bias);
    if (settings !== asked || !untrained) {
      asked = settings;
      void measuring.ask(values);
    }
    draw(); // where only the eye moved, nothing has to be measured again
  });

  // The server trains this network when it is new, so it is usually there; if not, it is now.
  const store = createStore(() => window.setTimeout(follow, 0));
  const session = createSession(api, store, (problem) => setText(note, problemText(problem, language)));
  let measuringTrained = false;

  async function follow() {
    const state = store.settle();
    if (!state.experiment || trained || wanted !== "trained") return;
    const [id] = state.order;
    if (!allOver(state)) {
      const { steps } = state.runs[id];
      setText(note, t("lesson.cell.training", { step: language.integer(edgeStep(state)), steps: language.integer(steps) }));
    } else if (!measuringTrained) {
      measuringTrained = true;
      try {
        trained = await api.probe({ run: id });
        draw();
      } catch (error) {
        fail(error);
      }
      measuringTrained = false;
    }
  }

  root.querySelector("[data-weights]")?.addEventListener("change", (event) => {
    if (!(event.target instanceof HTMLInputElement) || !config.trained) return;
    wanted = event.target.value;
    bias.disabled = wanted === "trained"; // learned by now
    if (wanted === "trained" && !trained) void session.run({ runs: [config.trained] });
    else if (!untrained) void measuring.ask(controls.values());
    else draw();
  });
  strip.addEventListener("click", (event) => {
    const column = event.target instanceof Element ? event.target.closest("[data-step]") : null;
    if (!(column instanceof SVGGElement)) return;
    slider.value = String(Number(column.dataset.step) - 1);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
