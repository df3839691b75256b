/** The figures of a comparison as tables: what a picture shows, number by number. */

import { quantilesAt } from "../charts/bands.js";
import { byId, el } from "../ui/dom.js";
import { retentionOf, successAt } from "./outcome.js";
import { shareText } from "./table.js";

/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../charts/bands.js").Curve} Curve */
/** @typedef {import("../tables.js").Table} Table */
/** @typedef {import("./outcome.js").Outcome} Outcome */

/** Rows over training: more than this nobody reads. */
const ROWS = 20;

/** @param {Outcome[]} all @param {string[]} names of the models @param {number[]} lengths @param {Language} language @returns {Table} */
export function successTable(all, names, lengths, { t, integer }) {
  const percent = (/** @type {number} */ share) => integer(Math.round(100 * share));
  const cell = (/** @type {number} */ model, /** @type {number} */ length) => {
    const { solved, over, interval } = successAt(all, model, length);
    if (!interval) return "—";
    return `${t("compare.rate", { k: integer(solved), n: integer(over) })} (${percent(interval.low)}–${percent(interval.high)}%)`;
  };
  return {
    caption: t("success.about"),
    head: [t("axis.length"), ...names],
    rows: lengths.map((length) => [integer(length), ...names.map((_, model) => cell(model, length))]),
  };
}

/** @param {Outcome[]} at one length @param {string[]} names @param {number} length @param {Language} language @returns {Table} */
export function spreadTable(at, names, length, language) {
  const { t, integer } = language;
  const whens = /** @type {const} */ (["before", "after"]);
  const cell = (/** @type {number} */ model, /** @type {number} */ seed, /** @type {"before"|"after"} */ when) => {
    const found = at.find((each) => each.model === model && each.seed === seed);
    if (!found?.row || (when === "after" && !found.over)) return "—";
    return shareText(retentionOf(found.run, found.row, when), language);
  };
  const seeds = [...new Set(at.map(({ seed }) => seed))].sort((a, b) => a - b);
  return {
    caption: t("table.spread", { length: integer(length) }),
    head: [t("compare.column.seed"), ...names.flatMap((model) => whens.map((when) => t(`spread.${when}`, { model })))],
    rows: seeds.map((seed) => [String(seed), ...names.flatMap((_, model) => whens.map((when) => cell(model, seed, when)))]),
  };
}

/** @param {Curve[][]} curves by model @param {string[]} names @param {number} end last training step @param {number} length @param {Language} language @returns {Table} */
export function bandsTable(curves, names, end, length, { t, integer, number }) {
  const steps = [...new Set(Array.from({ length: ROWS + 1 }, (_, at) => Math.round((at * end) / ROWS)))];
  const loss = (/** @type {number} */ value) => (value === Infinity ? "∞" : number(value, 3));
  const cell = (/** @type {Curve[]} */ those, /** @type {number} */ step) => {
    const [low, mean, high] = quantilesAt(those, step);
    return Number.isNaN(mean) ? "—" : t("table.band", { mean: loss(mean), low: loss(low), high: loss(high) });
  };
  return {
    caption: t("table.bands", { length: integer(length) }),
    head: [t("axis.step"), ...names],
    rows: steps.map((step) => [integer(step), ...curves.map((those) => cell(those, step))]),
  };
}

/** @param {Table} table */
const build = ({ caption, head, rows }) =>
  el(
    "table",
    {},
    el("caption", {}, caption),
    el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, ...rows.map(([name, ...values]) => el("tr", {}, el("th", { scope: "row" }, name), ...values.map((text) => el("td", {}, text))))),
  );

/**
 * "Show as a table" of a figure: built while it is open, and only when its numbers are others.
 * @param {string} figure @param {() => void} wake
 * @returns {(table: () => Table) => void}
 */
export function createFigureTable(figure, wake) {
  const details = byId(`${figure}-table`, HTMLDetailsElement);
  const room = /** @type {HTMLElement} */ (details.querySelector(".table-room"));
  let written = "";
  details.addEventListener("toggle", wake);
  return (table) => {
    if (!details.open) return;
    const now = table();
    const words = JSON.stringify(now);
    if (words === written) return;
    written = words;
    room.replaceChildren(build(now));
  };
}
