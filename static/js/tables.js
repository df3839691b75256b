/** The figures as tables, for the training step on screen: what a picture shows, number by number. Pure. */

import { cellTimestep, INSIDE, cellTexts } from "./charts/cell.js";
import { thinned } from "./charts/loss.js";
import { arrivingShare } from "./charts/highway.js";
import { unitOf } from "./charts/profile.js";
import { readProbe } from "./typed-array.js";
import { CELLS, gradientOf } from "./visual.js";

/** @typedef {import("./types.js").Language} Language */
/** @typedef {import("./types.js").Scene} Scene */
/** @typedef {import("./types.js").Series} Series */

/** @typedef {{caption: string, head: string[], rows: string[][]}} Table the first cell of a row names it */

/** Rows of a table over training: more than this nobody reads. */
const MOST_ROWS = 40;

/** @param {number|null|undefined} value @param {Language} language undefined: there is none at this step */
const cell = (value, language) => (value === undefined ? "" : value === null ? "∞" : language.number(value, 3));

/**
 * Columns over the timesteps; a shorter one ends at the same last step.
 * @param {number} length @param {Array<{label: string, series: Series}>} columns @param {string} caption
 * @param {Language} language
 * @returns {Table}
 */
function overTime(length, columns, caption, language) {
  const rows = Array.from({ length }, (_, at) => [
    language.integer(at + 1),
    ...columns.map(({ series }) => cell(series[at - (length - series.length)], language)),
  ]);
  return { caption, head: [language.t("axis.timestep"), ...columns.map(({ label }) => label)], rows };
}

/** @param {Series} series @param {import("./types.js").Scale} scale @returns {Series} in the unit of that scale */
function relative(series, scale) {
  const unit = unitOf(series, scale);
  return Array.from(series, (value) => (value === null || unit === null ? null : unit === 0 ? 0 : value / unit));
}

/** @type {Readonly<Record<string, (scene: Scene) => Table>>} by figure */
export const TABLES = {
  /** What the lanes are wide with, and how open the gate is that keeps their state. */
  highway({ view, lanes, surroundings: { language } }) {
    const { t, integer } = language;
    const columns = lanes.flatMap((lane) => {
      const { frame } = lane.shown;
      const gate = CELLS[lane.shown.cell].lanes.find(({ name }) => name === lane.lane)?.gate;
      const open = gate ? [{ label: `${lane.shown.style.label}: ${t(`gate.${gate}`)}`, series: frame?.gates[gate]?.mean ?? [] }] : [];
      return [{ label: lane.label, series: relative(frame ? gradientOf(frame, lane.lane) : [], "relative") }, ...open];
    });
    return overTime(view.length, columns, t("table.highway", { step: integer(Math.round(view.step)) }), language);
  },

  /** Gradient of every lane, in what the profile is drawn in; the Jacobians at their own timesteps. */
  profile({ view, lanes, scale, transports, surroundings: { language } }) {
    const { t, integer } = language;
    const caption = t(`table.profile.${scale}`, { step: integer(Math.round(view.step)) });
    if (scale === "jacobian") {
      const known = view.runs.flatMap((shown) => {
        const transport = transports.byRun[shown.run.id];
        return transport ? [{ label: shown.style.label, transport }] : [];
      });
      const steps = [...new Set(known.flatMap(({ transport }) => transport.timesteps))].sort((a, b) => a - b);
      return {
        caption,
        head: [t("axis.timestep"), ...known.map(({ label }) => label)],
        rows: steps.map((step) => [integer(step), ...known.map(({ transport }) => cell(transport.largest[transport.timesteps.indexOf(step)], language))]),
      };
    }
    const columns = lanes.map(({ label, lane, shown: { frame } }) => ({ label, series: relative(frame ? gradientOf(frame, lane) : [], scale) }));
    return overTime(view.length, columns, caption, language);
  },

  /** What the networks do without training, changed as the sliders say. */
  try({ tried, lanes, surroundings: { language } }) {
    const { t } = language;
    const columns = (tried ?? { lanes }).lanes.map(({ label, lane, shown: { frame } }) => ({ label, series: tried && frame ? relative(gradientOf(frame, lane), "relative") : [] }));
    const caption = tried ? t(tried.trained ? "table.try.trained" : "table.try") : t("summary.empty");
    return overTime(tried?.view.length ?? 0, columns, caption, language);
  },

  /** How much arrives at the first timestep, through training. */
  heat({ view, lanes, state, surroundings: { language } }) {
    const { t, integer } = language;
    const logs = lanes.map((lane) => (state.logs[lane.shown.run.id] ?? []).filter(({ step }) => step <= view.step));
    return {
      caption: t("table.heat"),
      head: [t("axis.step"), ...lanes.map(({ label }) => label)],
      rows: trainingSteps(logs).map((step) => [
        integer(step),
        ...lanes.map((lane, at) => {
          const frame = logs[at].find((each) => each.step === step);
          return frame ? cell(arrivingShare(gradientOf(frame, lane.lane)), language) : "";
        }),
      ]),
    };
  },

  /** Mean openness and its band, gate by gate. */
  gates({ view, gates, surroundings: { language } }) {
    const { t, integer, number } = language;
    const shown = view.runs[gates];
    const names = shown ? CELLS[shown.cell].gates : [];
    const length = view.length;
    const rows = Array.from({ length }, (_, at) => [
      integer(at + 1),
      ...names.map((name) => {
        const band = shown.frame?.gates[name];
        const index = at - (length - (band?.mean.length ?? 0));
        const value = band?.mean[index];
        return band && value !== undefined ? t("table.band", { mean: number(value), low: number(band.p10[index]), high: number(band.p90[index]) }) : "";
      }),
    ]);
    const caption = t("table.gates", { model: shown?.style.label ?? "", step: integer(shown?.frame?.step ?? 0) });
    return { caption, head: [t("axis.timestep"), ...names.map((name) => t(`gate.${name}`))], rows };
  },

  /** The numbers of the diagram, with their names. */
  cell({ view, cell: index, unit, timestep, surroundings: { language } }) {
    const { t, integer } = language;
    const shown = view.runs[index];
    const head = [t("table.part"), t("table.value")];
    const probe = shown?.probed?.probe ? readProbe(shown.probed.probe) : null;
    if (!shown || !probe) return { caption: t("summary.empty"), head, rows: [] };
    const at = cellTimestep(shown.run.spec, probe, timestep, view.length);
    const texts = cellTexts(probe, shown.run.spec, at.own, unit, language);
    const { state, parts } = INSIDE[shown.cell];
    const caption = t("table.cell", { model: shown.style.label, unit: integer(unit), t: integer(at.shown), step: integer(shown.probed?.step ?? 0) });
    const rows = [
      [t("table.input"), texts.x],
      [t("table.before", { state: t(`gate.${state}`) }), texts.before],
      ...parts.map(([letter, name]) => [t(`gate.${name}`), texts[letter]]),
    ];
    return { caption, head, rows };
  },

  /** Loss and score through training. */
  loss({ view, state, surroundings: { language } }) {
    const { t, integer } = language;
    const logs = view.runs.map(({ run }) => thinned(state.logs[run.id] ?? [], view.step));
    const judgedByLoss = view.runs[0]?.run.metric_name === "mse";
    const parts = judgedByLoss ? /** @type {const} */ (["loss"]) : /** @type {const} */ (["loss", "metric"]);
    return {
      caption: t("table.training"),
      head: [t("axis.step"), ...view.runs.flatMap(({ style }) => parts.map((part) => t(`table.${part}`, { model: style.label })))],
      rows: trainingSteps(logs).map((step) => [
        integer(step),
        ...logs.flatMap((log) => {
          const frame = log.find((each) => each.step === step);
          return parts.map((part) => (frame ? cell(frame[part], language) : ""));
        }),
      ]),
    };
  },
};

/**
 * Training steps of some logs, thinned evenly, with the last of each.
 * @param {Array<Array<{step: number}>>} logs
 * @returns {number[]}
 */
export function trainingSteps(logs) {
  const all = [...new Set(logs.flatMap((log) => log.map(({ step }) => step)))].sort((a, b) => a - b);
  const every = Math.max(1, Math.ceil(all.length / MOST_ROWS));
  const ends = new Set(logs.map((log) => log[log.length - 1]?.step));
  return all.filter((step, at) => at % every === 0 || ends.has(step));
}
