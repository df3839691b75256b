/** What the server is doing with an experiment, in one sentence: the same on every page. Pure. */

/** @typedef {import("./types.js").LabState} LabState */
/** @typedef {import("./types.js").Language} Language */

/** Ends that a training comes to by itself: only those answer what a reader was asked to predict. */
const ENDS = ["solved", "finished", "diverged"];

/** @param {LabState} state */
export const hasEnded = ({ order, runs }) => order.length > 0 && order.every((id) => ENDS.includes(runs[id].state));

/** The server does not have the experiment any more: nothing more will come. @param {LabState} state */
export const isGone = ({ connection }) => connection?.phase === "gone";

/**
 * @param {LabState} state @param {number|null} left seconds @param {Language} language
 * @returns {{text: string, tone: string, kind: string}} another kind is told at once
 */
export function statusText(state, left, language) {
  const { t, has, integer } = language;
  const phase = state.connection?.phase;
  if (state.submitting) return { text: t("status.sending"), tone: "running", kind: "sending" };
  if (!state.experiment) return { text: t("status.empty"), tone: "idle", kind: "empty" };
  if (phase === "retrying" || phase === "draining") return { text: t("status.reconnecting"), tone: "warning", kind: "reconnecting" };
  if (phase === "gone") return { text: t("status.gone"), tone: "warning", kind: "gone" };
  const runs = state.order.map((id) => state.runs[id]);
  const training = runs.filter((run) => run.state === "running");
  const queued = runs.filter((run) => run.state === "queued");
  if (training.length) {
    const step = integer(Math.min(...training.map((run) => run.step)));
    const steps = integer(Math.max(...training.map((run) => run.steps)));
    const text = t(training.length === 1 ? "status.running.one" : "status.running.other", { n: integer(training.length), step, steps });
    return { text: left === null ? text : `${text} ${t("status.left", { time: language.duration(left) })}`, tone: "running", kind: "running" };
  }
  if (queued.length) {
    const first = Math.min(...queued.map((run) => run.position ?? 1));
    return { text: t("status.queued", { position: integer(first) }), tone: "running", kind: "queued" };
  }
  const failed = runs.filter((run) => run.state === "failed");
  if (failed.length) {
    const why = `failure.${failed[0].error?.code ?? ""}`;
    return { text: `${t(failed.length === 1 ? "status.failed.one" : "status.failed.other", { n: integer(failed.length) })} ${t(has(why) ? why : "failure.internal_error")}`, tone: "warning", kind: "failed" };
  }
  if (runs.some((run) => run.state === "cancelled")) return { text: t(state.left ? "status.detached" : "status.cancelled"), tone: "idle", kind: "cancelled" };
  return { text: t("status.done"), tone: "done", kind: "done" };
}
