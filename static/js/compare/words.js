/** What the figures of a comparison say, in the reader's language. Pure. */

import { quantile } from "../statistics.js";
import { lossAt } from "../charts/bands.js";
import { WHENS } from "../charts/spread.js";
import { successAt } from "./outcome.js";
import { shareText } from "./table.js";

/** @typedef {import("./scene.js").Scene} Scene */

/** @param {Scene} scene */
export function successWords({ all, names, lengths, surroundings: { language: { t, integer } } }) {
  const parts = names.flatMap((model, index) => {
    const rates = lengths.flatMap((length) => {
      const { solved, over } = successAt(all, index, length);
      return over ? [t("success.summary.rate", { length: integer(length), k: integer(solved), n: integer(over) })] : [];
    });
    return rates.length ? [t("success.summary.model", { model, rates: rates.join(", ") })] : [];
  });
  return parts.length ? t("success.summary", { models: parts.join("; ") }) : t("summary.empty");
}

/** @param {Pick<Scene, "points"|"names"|"length"|"surroundings">} scene */
export function spreadWords({ points, names, length, surroundings: { language } }) {
  const { t, integer } = language;
  const parts = names.flatMap((model, index) => {
    const [before, after] = WHENS.map((when) => {
      const values = points.filter((each) => each.model === index && each.when === when).map(({ retention }) => retention);
      return values.length ? shareText(quantile(values, 0.5), language) : null;
    });
    return before === null ? [] : [t("spread.summary.model", { model, before, after: after ?? "—" })];
  });
  return parts.length ? t("spread.summary", { length: integer(length), models: parts.join("; ") }) : t("summary.empty");
}

/** The median of the last losses of a model. @param {Scene} scene @param {number} model */
export function lastLoss({ curves, end, surroundings: { language } }, model) {
  const known = curves[model].filter(({ step }) => step.length > 0);
  const median = quantile(known.map((curve) => lossAt(curve, end)), 0.5);
  return Number.isNaN(median) ? "—" : median === Infinity ? "∞" : language.number(median);
}

/** @param {Scene} scene */
export function bandsWords(scene) {
  const { names, curves, length, surroundings: { language: { t, integer } } } = scene;
  const parts = names.flatMap((model, index) =>
    curves[index].length ? [t("bands.summary.model", { model, loss: lastLoss(scene, index), n: integer(curves[index].length) })] : [],
  );
  return parts.length ? t("bands.summary", { length: integer(length), models: parts.join("; ") }) : t("summary.empty");
}
