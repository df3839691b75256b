/** The inside of a cell at the timestep under the cursor, and the strip where its unit is chosen. */

import { cellTexts, cellTimestep, INSIDE } from "../charts/cell.js";
import { createProbeReader } from "../typed-array.js";
import { byId, el, rebuild, setText } from "./dom.js";
import { createUnitStrips } from "./gates-panels.js";

/** @typedef {import("../types.js").Scene} Scene */

/**
 * @param {(change: {unit?: number, cell?: number}) => void} onChange
 * @returns {import("../scheduler.js").Panel<Scene>}
 */
export function cellPanel(onChange) {
  const element = byId("cell", HTMLElement);
  const strip = byId("cell-strip", HTMLElement);
  const models = byId("cell-model", HTMLElement);
  const select = byId("cell-unit", HTMLSelectElement);
  const summary = byId("cell-summary", HTMLElement);
  const strips = createUnitStrips(strip, (unit) => onChange({ unit }));
  const read = createProbeReader();
  let modelShape = "";

  select.addEventListener("change", () => onChange({ unit: Number(select.value) }));

  /** @param {Scene} scene */
  const showModels = ({ view, cell }) => {
    const labels = view.runs.map(({ style }) => style.label);
    const now = JSON.stringify(labels);
    if (now !== modelShape) {
      modelShape = now;
      rebuild(
        models,
        labels.map((label, index) =>
          el("label", {}, el("input", { type: "radio", name: "cell-model", value: index, onchange: () => onChange({ cell: index }) }), el("span", {}, label)),
        ),
      );
    }
    for (const input of models.querySelectorAll("input")) input.checked = Number(input.value) === cell;
    models.hidden = labels.length < 2;
  };

  return {
    element,
    heavy: false,
    outline: ({ view, cell }) => `${view.runs[cell]?.cell} ${view.runs.length}`,
    key: ({ view, cell, unit, timestep, surroundings }) => {
      const shown = view.runs[cell];
      return `${shown?.run.id}:${shown?.probed?.seq ?? "-"}|${unit}|${timestep}|${view.length}|${view.runs.length}|${surroundings.version}`;
    },
    draw(scene) {
      const { view, cell, surroundings } = scene;
      const { language } = surroundings;
      const shown = view.runs[cell];
      if (!shown) return;
      showModels(scene);
      for (const diagram of element.querySelectorAll("[data-diagram]")) {
        diagram.toggleAttribute("hidden", /** @type {HTMLElement} */ (diagram).dataset.diagram !== shown.cell);
      }
      strips.show(shown, [INSIDE[shown.cell].state], scene);
      const probe = read(shown.probed?.probe ?? null);
      const count = probe?.units.hidden_state?.columns ?? Math.min(16, Number(shown.run.spec.model.hidden_size));
      if (select.options.length !== count) {
        select.replaceChildren(...Array.from({ length: count }, (_, at) => new Option(language.integer(at + 1), String(at + 1))));
      }
      const unit = Math.min(scene.unit, count);
      select.value = String(unit);
      if (!probe) {
        for (const place of element.querySelectorAll("[data-cell]")) setText(place, place.getAttribute("data-cell") === "phi" ? "φ" : "–");
        setText(summary, language.t("summary.empty"));
        return;
      }
      const t = cellTimestep(shown.run.spec, probe, scene.timestep, view.length);
      const texts = cellTexts(probe, shown.run.spec, t.own, unit, language);
      for (const place of element.querySelectorAll(`[data-diagram=${shown.cell}] [data-cell]`)) {
        setText(place, texts[place.getAttribute("data-cell") ?? ""] ?? "");
      }
      setText(
        summary,
        language.t("summary.cell", {
          model: shown.style.label,
          unit: language.integer(unit),
          t: language.integer(t.shown),
          step: language.integer(shown.probed?.step ?? 0),
          x: texts.x,
        }),
      );
    },
  };
}
