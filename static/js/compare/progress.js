/** How far a comparison is, in numbers and in words. Pure. */

import { statusText } from "../status.js";
import { isFinal } from "../visual.js";

/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").Run} Run */
/** @typedef {import("./life.js").Life} Life */

/** What a step of a cell costs beside one of a plain RNN: its products of matrices. */
const PRODUCTS = { rnn: 1, gru: 3, lstm: 4 };
/** Less than this share of the work says nothing about the rest. */
const ENOUGH = 0.02;

/** @param {Run} run */
const workOf = ({ spec }) =>
  Number(spec.training.steps) * Number(spec.task.length) * PRODUCTS[/** @type {import("../types.js").CellName} */ (spec.model.cell)];

/** @param {Run[]} runs @returns {number} share of the work that need not be done any more, in [0, 1] */
export function shareDone(runs) {
  const all = runs.reduce((sum, run) => sum + workOf(run), 0);
  const done = runs.reduce((sum, run) => sum + workOf(run) * (isFinal(run.state) ? 1 : run.step / Number(run.spec.training.steps)), 0);
  return all > 0 ? done / all : 0;
}

/** The time that is left, by the pace since work was first seen to be done. */
export function createRemaining() {
  /** @type {{key: string, at: number, share: number}|null} */
  let start = null;
  return {
    /**
     * @param {string} key of what is measured: another one begins anew
     * @param {number} share done @param {number} now seconds
     * @returns {number|null} seconds; null while nobody can tell
     */
    left(key, share, now) {
      if (start?.key !== key) start = null;
      if (share <= 0 || share >= 1) return null;
      start ??= { key, at: now, share };
      const passed = share - start.share;
      return passed >= ENOUGH ? ((now - start.at) * (1 - share)) / passed : null;
    },
  };
}

/** @typedef {"idle"|"running"|"warning"|"done"} Tone */

/**
 * What the status says: what the server does, or that it cannot be asked.
 * @param {Pick<Life, "state"|"gone">} life @param {number|null} left seconds @param {Language} language
 * @returns {{key: string, text: string, tone: Tone}} the same key is the same state, counted on
 */
export function statusOf({ state, gone }, left, language) {
  const { t, integer, duration } = language;
  const runs = state.order.map((id) => state.runs[id]);
  const count = (/** @type {(run: Run) => boolean} */ wanted) => runs.filter(wanted).length;
  const over = count((run) => isFinal(run.state));
  const cancelled = count((run) => run.state === "cancelled");
  const values = { over: integer(over), n: integer(runs.length), running: integer(count((run) => run.state === "running")), ended: integer(over - cancelled) };
  /** @param {string} key @param {Tone} tone */
  const say = (key, tone) => ({ key, tone, text: t(key, values) });

  if (!state.experiment && !state.submitting && !gone) return say("compare.idle", "idle");
  if (over > 0 && over === runs.length) {
    if (state.left) return say("status.detached", "idle");
    return cancelled ? say("compare.stopped", "idle") : say("compare.done", "done");
  }
  if (gone) return say("status.gone", "warning");
  const lost = state.connection?.phase === "retrying" || state.connection?.phase === "draining";
  if (state.submitting || lost || runs.every((run) => run.state === "queued")) {
    const { kind, text, tone } = statusText(state, null, language);
    return { key: kind, text, tone: /** @type {Tone} */ (tone) };
  }
  const said = say("compare.progress-now", "running");
  return left === null ? said : { ...said, text: `${said.text} ${t("status.left", { time: duration(left) })}` };
}

/**
 * Why runs failed, reason by reason.
 * @param {Run[]} runs @param {Language} language @returns {string} empty where none did
 */
export function failureWords(runs, { t, has, integer }) {
  const failed = runs.filter(({ state }) => state === "failed");
  if (failed.length === 0) return "";
  const reasons = new Set(failed.map(({ error }) => reasonKey(error?.code ?? "", has)));
  return [t("compare.failed", { n: integer(failed.length) }), ...[...reasons].map((key) => t(key))].join(" ");
}

/** @param {string} code @param {(key: string) => boolean} has */
export const reasonKey = (code, has) => (has(`failure.${code}`) ? `failure.${code}` : "failure.internal_error");
