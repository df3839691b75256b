/**
 * How open the gate is that keeps a state, timestep by timestep, where the gradient passes.
 *
 * The direct path is multiplied by f at every step back, so the quotient of two neighbours is the
 * mean of f over the units, each weighted by the gradient that it carries. The plain mean over the
 * units would hide what training does: it opens the gates of a few, and those carry the gradient.
 */

import { axis, baseLayout, endWords, timeAxis } from "../charts/layout.js";
import { el } from "../ui/dom.js";
import { drawInto } from "../ui/drawn.js";
import { swatch } from "../ui/swatch.js";
import { CELLS, lookOf, withAlpha } from "../visual.js";
import { connectTold, within } from "./figure.js";
import { legendRow } from "./profile.js";

/** @typedef {import("../charts/layout.js").FigureContext} FigureContext */
/** @typedef {import("../types.js").Frame} Frame */
/** @typedef {import("../types.js").LabState} LabState */
/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").Series} Series */
/** @typedef {import("../types.js").ShownRun} ShownRun */
/** @typedef {import("../types.js").View} View */

/** @param {Frame|null|undefined} frame @returns {Series} from t = 2; null where nothing passes */
export function openingOf(frame) {
  const direct = frame?.direct ?? [];
  return direct.slice(1).map((after, at) => {
    const before = direct[at];
    return before === null || after === null || after === 0 ? null : before / after;
  });
}

/** Geometric, for it is a product that they are factors of. @param {Series} series @returns {number|null} */
export function meanOpening(series) {
  if (series.length === 0 || series.some((value) => value === null || value <= 0)) return null;
  return Math.exp(series.reduce((/** @type {number} */ sum, value) => sum + Math.log(Number(value)), 0) / series.length);
}

/** @param {ShownRun} shown @param {Language} language */
function nameOf({ cell, style }, { t }) {
  const gate = CELLS[cell].lanes[0].gate;
  return t("lane.label", { model: style.label, state: t(`gate.${gate}.short`) });
}

/** @param {View} view */
const gated = (view) => view.runs.filter(({ cell }) => CELLS[cell].lanes[0].gate !== null);

/**
 * Now, and before training in a paler line.
 * @param {View} view @param {Record<string, Frame[]>} logs @param {FigureContext} context
 * @returns {import("../charts/layout.js").Figure}
 */
export function openingFigure(view, logs, context) {
  const { language, palette } = context;
  const data = gated(view).flatMap((shown) => {
    const look = lookOf(shown);
    const line = (/** @type {Series} */ series) => ({
      type: "scatter",
      x: series.map((_, at) => view.length - series.length + at + 1),
      y: series,
      hoverinfo: "none",
    });
    return [
      { ...line(openingOf(logs[shown.run.id]?.[0])), mode: "lines", line: { color: withAlpha(look.colour, 0.55), dash: look.dash, width: 1 } },
      {
        ...line(openingOf(shown.frame)),
        mode: "lines+markers",
        line: { color: look.colour, dash: look.dash, width: look.width },
        marker: { symbol: look.symbol, size: 8, maxdisplayed: 9, color: look.colour },
      },
    ];
  });
  const at = [0, 0.5, 1];
  return {
    data,
    layout: baseLayout(context, {
      xaxis: timeAxis(context, view.length, { title: { text: language.t("axis.timestep"), standoff: 8, font: { size: context.text } } }),
      yaxis: axis(context, { range: [-0.04, 1.04], tickvals: at, ticktext: at.map((value) => language.number(value)), gridcolor: palette.grid }),
      annotations: endWords(context, language.t("lesson.opening.open"), language.t("lesson.opening.closed")),
    }),
  };
}

/** @param {HTMLElement} root @param {Language} language */
export function createOpening(root, language) {
  const box = within(root, "[data-opening]", HTMLElement);
  const legend = within(root, "[data-opening-legend]", HTMLElement);
  const say = connectTold(box);
  const host = el("div", { class: "plot-live", "aria-hidden": "true" });
  const number = (/** @type {Frame|null|undefined} */ frame) => language.number(meanOpening(openingOf(frame)));

  return {
    /** @param {View} view @param {LabState} state @param {Omit<FigureContext, "width">} context */
    show(view, { logs }, context) {
      box.append(host);
      drawInto(host, openingFigure(view, logs, { ...context, width: host.clientWidth }));
      const rows = gated(view).map((shown) => ({ shown, name: nameOf(shown, language), value: number(shown.frame), was: number(logs[shown.run.id]?.[0]) }));
      legend.replaceChildren(
        ...rows.map(({ shown, name, value, was }) => legendRow(swatch(lookOf(shown)), name, value, language.t("lesson.opening.was", { value: was }))),
      );
      const told = rows.map(({ name, value }) => `${name}: ${value}`).join("; ");
      say(language.t("lesson.opening.step", { step: language.integer(Math.round(view.step)), gates: told }));
    },
    /** @param {View} view for the table of the figure */
    columns: (view) =>
      gated(view).map((shown) => ({ label: language.t("lesson.opening.table", { model: nameOf(shown, language) }), series: openingOf(shown.frame) })),
  };
}
