/** What the figures of a comparison say, in the reader's language. Pure. */

import { quantile } from "../statistics.js";
import { successAt } from "./outcome.js";
import { shareText } from "./table.js";

/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("./outcome.js").Outcome} Outcome */

/**
 * What the status says: what the server does, or that it cannot be asked.
 * @param {{there: boolean, over: boolean, detached: boolean, phase: import("../types.js").Connection["phase"]|null}} now
 *   there: there is a comparison; over: all its runs are
 */
export function statusKey({ there, over, detached, phase }) {
  if (!there) return phase === "gone" ? "status.gone" : "compare.idle";
  if (detached) return "status.detached";
  if (over) return "compare.done";
  if (phase === "gone") return "status.gone";
  return phase === "retrying" || phase === "draining" ? "status.reconnecting" : "compare.progress-now";
}

/** @param {Outcome[]} all @param {string[]} names of the models @param {number[]} lengths @param {Language} language */
export function successWords(all, names, lengths, { t, integer }) {
  const percent = (/** @type {number} */ share) => integer(Math.round(100 * share));
  const parts = names.flatMap((model, index) =>
    lengths.flatMap((length) => {
      const { solved, over, interval } = successAt(all, index, length);
      if (!interval) return [];
      return [t("success.summary", { model, length: integer(length), k: integer(solved), n: integer(over), low: percent(interval.low), high: percent(interval.high) })];
    }),
  );
  return parts.length ? parts.join("; ") + "." : t("summary.empty");
}

/** @param {import("../charts/spread.js").Point[]} points @param {string[]} names @param {number} length @param {Language} language */
export function spreadWords(points, names, length, language) {
  const { t, integer } = language;
  const parts = names.flatMap((model, index) => {
    const median = (/** @type {string} */ when) => {
      const values = points.filter((each) => each.model === index && each.when === when).map(({ retention }) => retention);
      return values.length ? shareText(quantile(values, 0.5), language) : null;
    };
    const [before, after] = [median("before"), median("after")];
    return before === null ? [] : [t("spread.summary.model", { model, before, after: after ?? "—" })];
  });
  return parts.length ? t("spread.summary", { length: integer(length), models: parts.join("; ") }) : t("summary.empty");
}
