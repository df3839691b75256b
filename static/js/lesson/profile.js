/** The plot of a figure, its legend, and the same as a table: the Lab's own, with what the lesson wants of it. */

import { profileFigure } from "../charts/profile.js";
import { arriving } from "../describe.js";
import { vitality } from "../log-axis.js";
import { createSurroundings } from "../surroundings.js";
import { TABLES } from "../tables.js";
import { el } from "../ui/dom.js";
import { drawInto } from "../ui/drawn.js";
import { createFigureTable } from "../ui/figure-table.js";
import { swatch } from "../ui/swatch.js";
import { viewAt } from "../view.js";
import { CELLS, lanesOf, runStyles } from "../visual.js";
import { connectTold, within } from "./figure.js";
import { share } from "./numbers.js";
import { createOpening } from "./opening.js";

/** @typedef {import("../tables.js").Table} Table */
/** @typedef {import("../types.js").LabState} LabState */
/** @typedef {import("../types.js").Lane} Lane */
/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").Run} Run */
/** @typedef {import("../types.js").Scene} Scene */
/** @typedef {import("../types.js").View} View */
/** @typedef {import("./figure.js").FigureConfig} FigureConfig */
/** @typedef {import("./figure.js").Tools} Tools */

/**
 * The lines of gradient that a figure shows.
 * @param {View} view @param {FigureConfig} config @param {Language} language
 * @returns {Lane[]}
 */
export function shownLanes(view, { kept, theory }, { t }) {
  const lanes = lanesOf(view, t).filter(({ shown, lane }) => !kept || lane === CELLS[shown.cell].lanes[0].name);
  if (!kept) return lanes;
  const label = (/** @type {string} */ model) => (theory ? t("lesson.total", { model }) : model);
  return lanes.map((lane) => ({ ...lane, label: label(lane.shown.style.label) }));
}

/**
 * What arrives at t = 1: a row of the legend for each line.
 * @param {Lane[]} lanes @param {boolean} theory @param {Language} language
 */
export function legendRows(lanes, theory, language) {
  const { t } = language;
  return lanes.flatMap((lane) => {
    const own = { line: lane, label: lane.label, ...arriving(lane, language) };
    const { frame, style } = lane.shown;
    if (!theory || !frame?.direct) return [own];
    const arrived = share(frame.direct);
    const line = { colour: style.colour, dash: "longdash", symbol: style.variant > 0 ? lane.symbol : "", width: 1 };
    const state = vitality(arrived);
    return [own, { line, label: t("lesson.direct", { model: style.label }), value: language.number(arrived), word: t(`word.${state}`), vitality: state }];
  });
}

/**
 * An axis on which every direct path ends within the figure.
 * @param {LabState["extent"]} extent @param {View} view
 */
export function reaching({ absolute, relative }, view) {
  const ends = view.runs.map(({ frame }) => share(frame?.direct)).filter((value) => value !== null && value > 0);
  return { absolute, relative: { ...relative, low: Math.min(relative.low, ...ends.map((value) => Math.log10(Number(value)))) } };
}

/**
 * A table with further columns over the timesteps; a shorter one ends at the same last step.
 * @param {Table} table @param {Array<{label: string, series: import("../types.js").Series}>} columns
 * @param {Language} language
 * @returns {Table}
 */
export function widened({ caption, head, rows }, columns, language) {
  const text = (/** @type {number|null|undefined} */ value) => (value === undefined ? "" : value === null ? "∞" : language.number(value, 3));
  return {
    caption,
    head: [...head, ...columns.map(({ label }) => label)],
    rows: rows.map((row, at) => [...row, ...columns.map(({ series }) => text(series[at - (rows.length - series.length)]))]),
  };
}

/**
 * @param {HTMLElement} root @param {FigureConfig} config @param {Tools} tools
 * @param {() => void} onMissed the table was opened, and nothing has been measured for it yet
 */
export function createProfile(root, config, { language, themed }, onMissed) {
  const box = within(root, "[data-plot]", HTMLElement);
  const legend = within(root, "[data-legend]", HTMLElement);
  const told = connectTold(box);
  const host = el("div", { class: "plot-live", "aria-hidden": "true" });
  const opening = root.querySelector("[data-opening]") && createOpening(root, language);
  const table = createFigureTable(config.id, () => (again ?? onMissed)());
  /** @type {(() => void)|null} */
  let again = null;
  const surroundings = createSurroundings(box, box, language, () => again?.());
  themed.add(surroundings.forget);

  /** @param {LabState} state @param {number} step @param {(run: Run, at: number) => string} label */
  const viewOf = (state, step, label) => {
    const runs = state.order.map((id) => state.runs[id]);
    return viewAt(state, step, runStyles(runs, surroundings.current.palette, (run) => label(run, runs.indexOf(run))));
  };

  /**
   * @param {LabState} state @param {number} step @param {(run: Run, at: number) => string} label
   * @param {(told: string) => string} summary the sentence around what each line says
   */
  const show = (state, step, label, summary) => {
    again = () => show(state, step, label, summary);
    box.append(host);
    const { current } = surroundings;
    const view = viewOf(state, step, label);
    const lanes = shownLanes(view, config, language);
    const context = { ...current, left: current.margins.left, right: current.margins.right };
    const extent = config.theory ? reaching(state.extent, view) : state.extent;
    drawInto(host, profileFigure(view, lanes, { scale: "relative", theory: config.theory, extent }, { ...context, width: host.clientWidth }));
    root.classList.add("is-live");
    const rows = legendRows(lanes, config.theory, language);
    legend.replaceChildren(...rows.map(({ line, label: name, value, word, vitality: state }) => legendRow(swatch(line), name, value, word, state)));
    told(summary(rows.map(({ label: name, value, word }) => language.t("summary.lane", { model: name, value, word })).join("; ")));
    opening?.show(view, state, context);
    if (table.open) table.show(tableOf(view, lanes, current));
  };

  /** @param {View} view @param {Lane[]} lanes @param {import("../types.js").Surroundings} current */
  const tableOf = (view, lanes, current) => {
    // Of a scene, the table of the profile looks at these alone.
    const scene = /** @type {Scene} */ ({ view, lanes, scale: "relative", surroundings: current });
    const direct = lanes.map(({ shown: { frame, style } }) => {
      const series = frame?.direct ?? [];
      const unit = series[series.length - 1] || 1;
      return { label: language.t("lesson.direct", { model: style.label }), series: series.map((value) => (value === null ? null : value / unit)) };
    });
    return widened(TABLES.profile(scene), [...(config.theory ? direct : []), ...(opening?.columns(view) ?? [])], language);
  };

  return { show, viewOf };
}

/**
 * @param {SVGElement} line @param {string} label @param {string} value @param {string} word
 * @param {string} state a class of its own where it is more than a word
 */
export function legendRow(line, label, value, word, state = "") {
  return el(
    "li",
    {},
    line,
    el("span", { class: "legend-label" }, label),
    " ",
    el("span", { class: "legend-value" }, value),
    " ",
    el("span", { class: "legend-word", "data-vitality": state }, word),
  );
}
