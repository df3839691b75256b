/** What the figures of a comparison draw from. Pure. */

import { runLabels } from "../run-labels.js";
import { lookOf, runStyles } from "../visual.js";
import { WHENS } from "../charts/spread.js";
import { axesOf } from "./grid.js";
import { outcomesOf, retentionOf, successAt } from "./outcome.js";
import { shareText } from "./table.js";

/** @typedef {import("../types.js").CellName} CellName */
/** @typedef {import("../types.js").Run} Run */
/** @typedef {import("../types.js").Surroundings} Surroundings */
/** @typedef {import("../charts/bands.js").Curve} Curve */
/** @typedef {import("../charts/spread.js").Point} Point */
/** @typedef {import("../charts/success.js").Model} Model */
/** @typedef {import("./grid.js").CompareView} CompareView */
/** @typedef {import("./outcome.js").Outcome} Outcome */

/**
 * @typedef {object} Scene
 * @property {Outcome[]} all one per run
 * @property {Outcome[]} at those of the length that is looked at
 * @property {number[]} lengths
 * @property {number} length
 * @property {number} seeds
 * @property {string[]} names of the models
 * @property {Model[]} models
 * @property {Point[]} points of that length
 * @property {Curve[][]} curves of that length, by model
 * @property {number} end last training step
 * @property {string} sort of the table
 * @property {Surroundings} surroundings
 * @property {{success: string, spread: string, bands: string, runs: number}} keys what each figure shows: equal keys look equal
 */

/**
 * @param {{runs: Run[], grid: import("./grid.js").Grid, rows: Map<string, import("./outcome.js").Row>, curves: Map<string, Curve>, version: number}} comparison
 *   version: of runs and rows
 * @param {CompareView} view @param {Surroundings} surroundings
 * @returns {Scene}
 */
export function sceneOf({ runs, grid, rows, curves, version }, view, surroundings) {
  const { language, palette } = surroundings;
  const all = outcomesOf(runs, grid.cells, rows);
  const { lengths, seeds } = axesOf(grid.cells);
  const length = view.length !== null && lengths.includes(view.length) ? view.length : lengths[lengths.length - 1];
  const at = all.filter((each) => each.length === length);
  const names = runLabels(grid.models, language);
  const asRuns = grid.models.map((spec, index) => /** @type {Run} */ (/** @type {unknown} */ ({ id: String(index), spec })));
  const styles = runStyles(asRuns, palette, (run) => names[Number(run.id)]);
  const models = grid.models.map((spec, index) => ({
    label: names[index],
    look: lookOf({ cell: /** @type {CellName} */ (spec.model.cell), style: styles[index] }),
  }));
  const points = pointsOf(at, language);
  const those = models.map((_, model) => at.filter((each) => each.model === model).flatMap(({ run }) => curves.get(run.id) ?? []));
  const counts = models.map((_, model) => lengths.map((each) => successAt(all, model, each))).flat();
  const look = `${surroundings.version}|${length}|`;
  return {
    ...{ all, at, lengths, length, seeds, names, models, points, curves: those, sort: view.sort, surroundings },
    end: Math.max(1, ...at.map(({ run }) => Number(run.spec.training.steps))),
    keys: {
      success: look + counts.map(({ solved, over }) => `${solved}/${over}`).join(),
      spread: look + points.map(({ run, when }) => run + when).join(),
      bands: look + those.map((each) => each.map(({ step }) => step[step.length - 1]).join()).join("|"),
      runs: version,
    },
  };
}

/** @param {Outcome[]} at one length @param {import("../types.js").Language} language @returns {Point[]} */
function pointsOf(at, language) {
  return at.flatMap(({ run, row, measured, model, seed }) =>
    WHENS.flatMap((when) => {
      if (!row || (when === "after" && !measured)) return [];
      const retention = retentionOf(run, row, when);
      if (retention === null) return [];
      const text = language.t("spread.point", { seed, when: language.t(`spread.${when}`), value: shareText(retention, language) });
      return [{ run: run.id, model, when, retention, text }];
    }),
  );
}
