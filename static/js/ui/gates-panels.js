/** Above the gates, the sequence that they read; instead of their bands, every unit of its own. */

import { channels, relevantSteps } from "../charts/inputs.js";
import { unitAt, unitScale } from "../charts/units.js";
import { paintInputs } from "../paint/inputs.js";
import { createUnitPainter } from "../paint/units.js";
import { createProbeReader, decode } from "../typed-array.js";
import { CELLS, GATES } from "../visual.js";
import { byId, el, setText } from "./dom.js";

/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").Scene} Scene */
/** @typedef {import("../scheduler.js").Panel<Scene>} Panel */

/** @param {Scene} scene the run whose gates are shown */
const runOf = ({ view, gates }) => view.runs[gates];

/** @param {Scene} scene which measurement of single units is on screen */
const probeKey = (scene) => {
  const shown = runOf(scene);
  return `${shown?.run.id}:${shown?.probed?.seq ?? "-"}|${scene.view.length}|${scene.surroundings.version}`;
};

/** @returns {Panel} */
export function inputsPanel() {
  const canvas = byId("gates-inputs", HTMLCanvasElement);
  const element = /** @type {HTMLElement} */ (canvas.parentElement);
  return {
    element,
    heavy: false,
    key: probeKey,
    draw(scene) {
      const shown = runOf(scene);
      const probe = shown?.probed?.probe;
      if (!probe) {
        canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
        return;
      }
      const inputs = decode(probe.inputs);
      const { task } = shown.run.spec;
      element.classList.toggle("has-symbols", inputs.columns > 3);
      const rows = channels(task, inputs, scene.surroundings.language);
      paintInputs(canvas, inputs, rows, relevantSteps(task, inputs), scene.view.length, scene.surroundings);
    },
  };
}

/**
 * Strips of single units over time; a click chooses the unit.
 * @param {HTMLElement} element @param {(unit: number) => void} onUnit
 */
export function createUnitStrips(element, onUnit) {
  let shape = "";
  /** @type {Array<{name: string, painter: ReturnType<typeof createUnitPainter>, title: HTMLElement, scale: HTMLElement, low: HTMLElement, high: HTMLElement}>} */
  let rows = [];
  const read = createProbeReader();
  let units = 1;
  const last = el("span");

  /** @param {string[]} names @param {string} model @param {Language} language */
  const build = (names, model, language) => {
    rows = [];
    const strips = names.map((name) => {
      const canvas = el("canvas", {
        class: "unit-canvas",
        role: "img",
        "aria-label": language.t("gates.units.strip", { gate: language.t(`gate.${name}`), model }),
        onclick: (/** @type {MouseEvent} */ event) => {
          const box = canvas.getBoundingClientRect();
          onUnit(unitAt((event.clientY - box.top) / box.height, units));
        },
      });
      const row = { name, painter: createUnitPainter(canvas), title: el("span", { class: "unit-name" }), scale: el("i"), low: el("span"), high: el("span") };
      row.title.textContent = language.t(`gate.${name}`);
      rows.push(row);
      return el(
        "div",
        {},
        el(
          "div",
          { class: "unit-head" },
          row.title,
          el("span", { class: "unit-scale", "aria-hidden": "true" }, row.low, row.scale, row.high),
        ),
        el("div", { class: "unit-strip", "data-time-axis": true, "data-keeps-pin": true }, canvas),
      );
    });
    const axis = el("div", { class: "unit-axis", "aria-hidden": "true" }, el("span", {}, "t = 1"), el("span", {}, language.t("axis.timestep")), last);
    element.replaceChildren(...strips, axis);
  };

  return {
    /**
     * @param {import("../types.js").ShownRun} shown @param {string[]} names @param {Scene} scene
     */
    show(shown, names, { view, unit, surroundings }) {
      const { language, palette } = surroundings;
      const now = JSON.stringify([names, shown.style.label]);
      if (now !== shape) {
        shape = now;
        build(names, shown.style.label, language);
      }
      setText(last, language.t("highway.last", { t: language.integer(view.length) }));
      const probe = read(shown.probed?.probe ?? null);
      for (const { name, painter, title, scale: key, low, high } of rows) {
        const values = probe?.units[name];
        painter.clear();
        if (!values) continue;
        units = values.columns;
        const gate = GATES[name] ?? null;
        const colour = palette[gate ? gate.token : CELLS[shown.cell].token];
        const scale = unitScale(values, colour, palette, !gate || gate.low < 0);
        title.style.setProperty("color", colour);
        key.style.setProperty("background", `linear-gradient(90deg, ${scale.colours.join(", ")})`);
        setText(low, language.number(scale.low));
        setText(high, language.number(scale.high));
        painter.paint(values, scale, view.length, unit, surroundings.margins, palette.ink);
      }
    },
  };
}

/** @param {(unit: number) => void} onUnit @returns {Panel} */
export function unitsPanel(onUnit) {
  const element = byId("gates-units", HTMLElement);
  const strips = createUnitStrips(element, onUnit);
  return {
    element,
    heavy: false,
    key: (scene) => `${probeKey(scene)}|${scene.units}|${scene.unit}`,
    draw(scene) {
      const shown = runOf(scene);
      if (shown && scene.units) strips.show(shown, CELLS[shown.cell].gates, scene);
    },
  };
}
