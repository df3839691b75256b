/** The gradient highway: one lane per state of each model, painted at full rate. */

import { laneScene } from "../charts/highway.js";
import { arriving, profileSummary, statusOf } from "../describe.js";
import { createLanePainter } from "../paint/highway.js";
import { CELLS, GATES } from "../visual.js";
import { byId, el, setText } from "./dom.js";
import { swatch } from "./swatch.js";

/** @typedef {import("../types.js").Lane} Lane */
/** @typedef {import("../types.js").Scene} Scene */

/** @param {Scene} scene */
const outlineOf = ({ lanes }) => lanes.map(({ key }) => key).join(" ");

/**
 * @typedef {object} LaneRow
 * @property {ReturnType<typeof createLanePainter>} painter
 * @property {HTMLElement} value
 * @property {HTMLElement} word
 * @property {HTMLElement} openness
 */

export function highwayPanel() {
  const element = byId("highway", HTMLElement);
  const list = byId("highway-lanes", HTMLElement);
  const summary = byId("highway-summary", HTMLElement);
  const [last, steps] = [byId("highway-last", HTMLElement), byId("highway-step", HTMLElement)];
  let shape = "";
  let size = "";
  /** @type {Map<string, LaneRow>} */
  let rows = new Map();
  /** @type {Map<string, {chip: HTMLElement}>} */
  let models = new Map();

  /** @param {Scene} scene @param {Lane[]} lanes of the night palette */
  const build = ({ view, surroundings: { language } }, lanes) => {
    rows = new Map();
    models = new Map();
    list.replaceChildren(
      ...view.runs.map((shown) => {
        const chip = el("span", { class: "chip" });
        models.set(shown.run.id, { chip });
        const own = lanes.filter((lane) => lane.shown.run.id === shown.run.id);
        return el(
          "div",
          { class: "road", role: "group", "aria-label": shown.style.label },
          el("div", { class: "road-name" }, swatch(own[0]), el("strong", {}, shown.style.label), chip),
          ...own.map((lane) => laneRow(lane, language)),
        );
      }),
    );
  };

  /** @param {Lane} lane @param {import("../types.js").Language} language */
  const laneRow = (lane, language) => {
    const canvas = el("canvas", { class: "lane-canvas", "aria-hidden": "true" });
    const sky = el("canvas", { class: "lane-canvas lane-sky", "aria-hidden": "true" });
    const row = {
      painter: createLanePainter(canvas, sky),
      value: el("span", { class: "lane-value" }),
      word: el("span", { class: "lane-word" }),
      openness: el("span", { class: "lane-open" }),
    };
    rows.set(lane.key, row);
    return el(
      "div",
      { class: "lane" },
      el(
        "div",
        { class: "lane-head" },
        el("span", { class: "lane-name" }, language.t(`lane.${lane.lane}`)),
        el("span", { class: "lane-arrives" }, row.value, row.word),
        row.openness,
      ),
      el("div", { class: "lane-body", "data-time-axis": true }, canvas, sky),
    );
  };

  return {
    element,
    heavy: false,
    outline: outlineOf,
    /** @param {Scene} scene */
    key: ({ shown, surroundings }) => `${shown}|${surroundings.version}`,

    /** @param {Scene} scene */
    draw(scene) {
      const { view, nightLanes: lanes, surroundings } = scene;
      const { language } = surroundings;
      const now = JSON.stringify(lanes.map(({ key, label }) => [key, label]));
      if (now !== shape) {
        shape = now;
        build(scene, lanes);
      }
      const measured = `${shape} ${surroundings.version}`;
      if (measured !== size) {
        size = measured;
        for (const { painter } of rows.values()) painter.measure();
      }
      for (const lane of lanes) {
        const row = rows.get(lane.key);
        if (!row) continue;
        const own = CELLS[lane.shown.cell].lanes;
        const gate = own.find(({ name }) => name === lane.lane)?.gate ?? null;
        const drawn = laneScene(lane);
        const first = own[0].name === lane.lane;
        row.painter.show(drawn, {
          colour: lane.colour,
          gateColour: gate ? surroundings.night[GATES[gate].token] : null,
          line: surroundings.night["night-line"],
          night: surroundings.night["night-bottom"],
          ink: surroundings.night.ink,
          axis: view.length,
          length: lane.shown.length,
          rung: own.length > 1 ? (first ? "down" : "up") : null,
          margins: surroundings.margins,
        });
        const { value, word, vitality } = arriving(lane, language);
        setText(row.value, value);
        setText(row.word, word);
        row.value.dataset.vitality = vitality;
        setText(row.openness, gate && drawn?.open ? opennessText(gate, drawn.open, language) : "");
      }
      for (const shown of view.runs) {
        const chip = models.get(shown.run.id)?.chip;
        if (!chip) continue;
        const status = statusOf(shown, language);
        setText(chip, status.text);
        chip.dataset.state = status.state;
      }
      setText(last, language.t("highway.last", { t: language.integer(view.length) }));
      setText(steps, language.t("highway.step", { step: language.integer(Math.round(view.step)), steps: language.integer(view.budget) }));
      setText(summary, profileSummary(view, lanes, language));
    },

    /** Put the night behind the light: on paper a canvas lies on white, not on what is below it. */
    fillNight() {
      for (const canvas of /** @type {NodeListOf<HTMLCanvasElement>} */ (list.querySelectorAll(".lane-canvas:not(.lane-sky)"))) {
        const context = canvas.getContext("2d");
        if (!context) continue;
        context.globalCompositeOperation = "destination-over";
        context.fillStyle = getComputedStyle(element).getPropertyValue("--night-bottom");
        context.fillRect(0, 0, canvas.width, canvas.height);
        context.globalCompositeOperation = "source-over";
      }
    },

    /**
     * @param {number} now @param {boolean} moving
     * @returns {boolean} whether it wants to be painted again
     */
    animate(now, moving) {
      let again = false;
      for (const { painter } of rows.values()) again = painter.paint(now, moving) || again;
      return again;
    },
  };
}

/** @param {string} gate @param {Float64Array} open @param {import("../types.js").Language} language */
function opennessText(gate, open, language) {
  const mean = open.reduce((sum, value) => sum + value, 0) / (open.length || 1);
  return language.t("highway.open", { gate: language.t(`gate.${gate}.short`), mean: language.number(mean) });
}
