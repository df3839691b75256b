/** The figures of a comparison as tables: what a picture shows, number by number. Pure. */

import { quantilesAt } from "../charts/bands.js";
import { WHENS } from "../charts/spread.js";
import { retentionOf, successAt } from "./outcome.js";
import { shareText } from "./table.js";

/** @typedef {import("../charts/bands.js").Curve} Curve */
/** @typedef {import("../tables.js").Table} Table */
/** @typedef {import("./scene.js").Scene} Scene */

/** Rows over training: more than this nobody reads. */
const ROWS = 20;

/** @type {Readonly<Record<"success"|"spread"|"bands", (scene: Scene) => Table>>} by figure */
export const TABLES = {
  success({ all, names, lengths, surroundings: { language: { t, integer } } }) {
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
  },

  /** Seed by seed. */
  spread({ at, names, length, surroundings: { language } }) {
    const { t, integer } = language;
    const cell = (/** @type {number} */ model, /** @type {number} */ seed, /** @type {"before"|"after"} */ when) => {
      const found = at.find((each) => each.model === model && each.seed === seed);
      if (!found?.row || (when === "after" && !found.measured)) return "—";
      return shareText(retentionOf(found.run, found.row, when), language);
    };
    const seeds = [...new Set(at.map(({ seed }) => seed))].sort((a, b) => a - b);
    return {
      caption: t("table.spread", { length: integer(length) }),
      head: [t("compare.column.seed"), ...names.flatMap((model) => WHENS.map((when) => `${model}, ${t(`spread.${when}`)}`))],
      rows: seeds.map((seed) => [String(seed), ...names.flatMap((_, model) => WHENS.map((when) => cell(model, seed, when)))]),
    };
  },

  bands({ curves, names, end, length, surroundings: { language: { t, integer, number } } }) {
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
  },
};
