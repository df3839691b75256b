/** The cell with its numbers: one unit at one timestep, before training or after. */

import { cellTexts } from "../charts/cell.js";
import { TABLES } from "../tables.js";
import { decode, readProbe } from "../typed-array.js";
import { setText } from "../ui/dom.js";
import { createFigureTable } from "../ui/figure-table.js";
import { configOf, within } from "./figure.js";
import { connectMeasured } from "./measure.js";
import { writeNumbers } from "./numbers.js";

/** @typedef {import("../types.js").Frame} Frame */
/** @typedef {import("../types.js").Scene} Scene */
/** @typedef {import("./figure.js").Tools} Tools */

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
  const { language } = tools;
  const { t, integer } = language;
  const strip = within(root, "[data-strip]", SVGSVGElement);
  const slider = within(root, '[data-control="timestep"]', HTMLInputElement);
  const chapter = root.closest(".chapter") ?? root;
  const table = createFigureTable(config.id, () => again());
  let again = () => measured.ask();

  /** @param {Frame} frame @param {number} unit from 0 @param {number} timestep */
  const draw = (frame, unit, timestep) => {
    if (!frame.probe) return;
    const probe = readProbe(frame.probe);
    const texts = { ...cellTexts(probe, config.runs[0].spec, timestep, unit + 1, language), x: language.number(probe.inputs.at(timestep - 1, 0)) };
    for (const place of root.querySelectorAll("[data-cell]")) {
      setText(place, /** @type {Record<string, string>} */ (texts)[place.getAttribute("data-cell") ?? ""] ?? "");
    }
    drawStrip(frame, unit, timestep);
    if (table.open) table.show(TABLES.cell(sceneOf(frame, unit, timestep)));
  };

  /** What the table of the cell looks at. @param {Frame} frame @param {number} unit @param {number} timestep */
  const sceneOf = (frame, unit, timestep) => {
    const [{ label, spec }] = config.runs;
    const shown = { run: { spec }, cell: "lstm", style: { label }, frame, probed: frame };
    const view = { length: frame.grad_h.length, step: frame.step, runs: [shown] };
    return /** @type {Scene} */ (/** @type {unknown} */ ({ view, cell: 0, unit: unit + 1, timestep, surroundings: { language } }));
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

  const measured = connectMeasured(root, config, tools, (frames, values, trained) => {
    const [frame] = Object.values(frames);
    const unit = trained ? answeringUnit(frame) : 0;
    again = () => draw(frame, unit, values.timestep);
    draw(frame, unit, values.timestep);
    writeNumbers(chapter, { id: config.id, values, frames, length: frame.grad_h.length }, language);
    const units = frame.probe ? decode(frame.probe.units.input_gate).columns : 0;
    const said = { unit: integer(unit + 1), units: integer(units), step: integer(frame.step) };
    return t(trained ? "lesson.cell.note-trained" : "lesson.cell.note-untrained", said);
  });

  strip.addEventListener("click", (event) => {
    const column = event.target instanceof Element ? event.target.closest("[data-step]") : null;
    if (!(column instanceof SVGGElement)) return;
    slider.value = String(Number(column.dataset.step) - 1);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
