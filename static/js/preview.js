/** The set-up before it runs: the same figures, with nothing measured yet. Pure. */

import { initialState } from "./reduce.js";

/** @typedef {import("./types.js").Catalogue} Catalogue */
/** @typedef {import("./types.js").LabState} LabState */
/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./types.js").Setup} Setup */

/**
 * A state whose runs are those of a set-up, so that the page has its final shape before the first
 * frame and nothing moves when it comes.
 * @param {Setup} setup @param {Catalogue} catalogue
 * @returns {LabState}
 */
export function previewState(setup, catalogue) {
  const runs = setup.runs.map((spec, at) => {
    const task = catalogue.tasks.find(({ name }) => name === spec.task.name);
    return /** @type {Run} */ ({
      id: `preview-${at}`,
      spec,
      label: "",
      state: "ready",
      position: null,
      step: 0,
      steps: Number(spec.training.steps),
      seq: -1,
      attempts: 0,
      error: null,
      baseline: task?.baseline ?? 1,
      threshold: task?.threshold ?? 0,
      metric_name: task?.metric ?? "mse",
      higher_is_better: task?.higher_is_better ?? false,
      created_at: null,
      started_at: null,
      finished_at: null,
      seconds: null,
    });
  });
  return {
    ...initialState(),
    order: runs.map((run) => run.id),
    runs: Object.fromEntries(runs.map((run) => [run.id, run])),
    logs: Object.fromEntries(runs.map((run) => [run.id, []])),
  };
}
