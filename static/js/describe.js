/** What the figures say, in words and numbers of the reader's language. Pure. */

import { arrivingShare } from "./charts/highway.js";
import { transportAt } from "./charts/jacobian.js";
import { unitOf } from "./charts/profile.js";
import { vitality } from "./log-axis.js";
import { GATES, gradientOf, isFinal } from "./visual.js";

/** @typedef {import("./types.js").FieldProblem} FieldProblem */
/** @typedef {import("./types.js").LabState} LabState */
/** @typedef {import("./types.js").Lane} Lane */
/** @typedef {import("./types.js").Language} Language */
/** @typedef {import("./types.js").Problem} Problem */
/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./types.js").Scale} Scale */
/** @typedef {import("./types.js").ShownRun} ShownRun */
/** @typedef {import("./types.js").View} View */

/**
 * Whether solving a task is to beat its baseline: that is then a forecast, which has a memory.
 * @param {Run} run
 */
export function beatsForecast(run) {
  return run.baseline === run.threshold;
}

/** @typedef {{value: string, word: string, vitality: string}} Arriving */

/**
 * How much of the last step's gradient arrives at t = 1.
 * @param {Lane} lane @param {Language} language
 * @returns {Arriving}
 */
export function arriving(lane, language) {
  const { frame } = lane.shown;
  if (!frame) return { value: "—", word: "", vitality: "none" };
  const share = arrivingShare(gradientOf(frame, lane.lane));
  const state = vitality(share);
  return {
    value: share === null ? "∞" : language.number(share),
    word: language.t(`word.${state}`),
    vitality: state,
  };
}

/**
 * The gradient of a lane at a timestep, on the scale of the profile.
 * @param {Lane} lane @param {number|null} t @param {number} length @param {Scale} scale
 * @param {Language} language
 */
export function gradientAt(lane, t, length, scale, language) {
  const { frame } = lane.shown;
  if (!frame || t === null) return "";
  const series = gradientOf(frame, lane.lane);
  const at = t - 1 - (length - series.length);
  if (at < 0) return "";
  const value = series[at];
  const unit = unitOf(series, scale);
  if (value === null || unit === null) return "∞";
  return language.number(unit === 0 ? 0 : value / unit);
}

/** @param {View} view @param {Lane[]} lanes @param {Language} language */
export function profileSummary(view, lanes, language) {
  const parts = lanes
    .filter((lane) => lane.shown.frame)
    .map((lane) => {
      const { value, word } = arriving(lane, language);
      return language.t("summary.lane", { model: lane.label, value, word });
    });
  if (parts.length === 0) return language.t("summary.empty");
  return language.t("summary.profile", {
    step: language.integer(Math.round(view.step)),
    lanes: parts.join("; "),
  });
}

/**
 * What arrives at t = 1, at the first frame and at the one on screen.
 * @param {View} view @param {Lane[]} lanes @param {Record<string, import("./types.js").Frame[]>} logs
 * @param {Language} language
 */
export function heatSummary(view, lanes, logs, language) {
  const parts = lanes.flatMap((lane) => {
    const [frame] = logs[lane.shown.run.id] ?? [];
    if (!frame || !lane.shown.frame) return [];
    const from = arriving({ ...lane, shown: { ...lane.shown, frame } }, language).value;
    const { value, word } = arriving(lane, language);
    return language.t("summary.heat.lane", { model: lane.label, from, value, word });
  });
  if (parts.length === 0) return language.t("summary.empty");
  return language.t("summary.heat", { step: language.integer(Math.round(view.step)), lanes: parts.join("; ") });
}

/**
 * @param {View} view @param {Record<string, import("./types.js").Transport|null>} transports by run
 * @param {Language} language
 */
export function jacobianSummary(view, transports, language) {
  const parts = view.runs.flatMap((shown) => {
    const found = transportAt(transports[shown.run.id] ?? null, 1, view.length);
    if (!found) return [];
    const value = found.value === null ? "∞" : language.number(found.value);
    return language.t("summary.lane", { model: shown.style.label, value, word: language.t(`word.${vitality(found.value)}`) });
  });
  return parts.length ? language.t("summary.jacobian", { lanes: parts.join("; ") }) : language.t("summary.jacobian.waiting");
}

/** @param {View} view @param {Language} language */
export function lossSummary(view, language) {
  const parts = view.runs
    .filter((shown) => shown.frame)
    .map((shown) =>
      language.t("summary.loss.run", {
        model: shown.style.label,
        loss: language.number(shown.frame?.loss ?? null),
        status: statusOf(shown, language).text,
      }),
    );
  if (parts.length === 0) return language.t("summary.empty");
  const loss = language.t("summary.loss", { step: language.integer(Math.round(view.step)), runs: parts.join("; ") });
  const baselines = new Set(view.runs.map(({ run }) => run.baseline));
  if (baselines.size > 1 || view.runs.some(({ run }) => beatsForecast(run))) return loss;
  return `${loss} ${language.t("summary.loss.baseline", { baseline: language.number([...baselines][0], 3) })}`;
}

/** @param {ShownRun} shown @param {Language} language */
export function gatesSummary(shown, language) {
  const bands = Object.entries(shown.frame?.gates ?? {}).filter(([name]) => name in GATES);
  if (bands.length === 0) return language.t(shown.frame ? "summary.gates.none" : "summary.empty", { model: shown.style.label });
  const parts = bands.map(([name, band]) => {
    const finite = band.mean.filter((value) => value !== null);
    const mean = finite.reduce((/** @type {number} */ sum, value) => sum + Number(value), 0) / (finite.length || 1);
    return language.t("summary.gate", { gate: language.t(`gate.${name}`), mean: language.number(mean) });
  });
  return language.t("summary.gates", { model: shown.style.label, gates: parts.join("; ") });
}

/**
 * The state of a run as the view shows it: a run that has long been solved is still "training" at
 * a training step where it was.
 * @param {ShownRun} shown @param {Language} language
 * @returns {{state: string, text: string}}
 */
export function statusOf(shown, language) {
  const { run, frame, ended, behind } = shown;
  const step = language.integer(frame?.step ?? 0);
  if (run.state === "ready") return { state: "ready", text: language.t("state.ready") };
  if (!frame && run.state === "queued") {
    return {
      state: "queued",
      text: run.position === null ? language.t("state.queued") : language.t("state.queued.position", { position: language.integer(run.position) }),
    };
  }
  if (ended) {
    const message = run.error?.message ?? "";
    return { state: run.state, text: language.t(`state.${run.state}`, { step, steps: language.integer(run.steps), message }) };
  }
  if (!frame) return { state: "starting", text: language.t("state.starting") };
  return { state: "running", text: language.t(behind ? "state.behind" : "state.running", { step }) };
}

/**
 * What happened, model by model, once everything is over.
 * @param {View} view @param {Language} language
 */
export function outcome(view, language) {
  return view.runs.map((shown) => language.t("outcome.run", { model: shown.style.label, status: statusOf(shown, language).text })).join("; ");
}

/** @param {LabState} state */
export function allOver(state) {
  return state.order.length > 0 && state.order.every((id) => isFinal(state.runs[id].state));
}

/**
 * One refused field, in the reader's language: from its code and limit, not from the server's text.
 * @param {FieldProblem} problem @param {Language} language
 */
export function fieldProblem(problem, language) {
  const code = problem.code ?? "invalid";
  const key = language.has(`problem.${code}`) ? `problem.${code}` : "problem.invalid";
  return language.t(key, { limit: limitText(problem.limit, language) });
}

/** @param {unknown} limit @param {Language} language */
function limitText(limit, language) {
  if (typeof limit === "number") return language.number(limit, 6);
  if (Array.isArray(limit)) return limit.join(", ");
  return limit === null || limit === undefined ? "" : String(limit);
}

/** @param {Problem} problem @param {Language} language */
export function problemText(problem, language) {
  const key = language.has(`problem.${problem.code}`) ? `problem.${problem.code}` : "problem.unexpected";
  const [first] = problem.errors;
  return language.t(key, { status: problem.status, limit: limitText(first?.limit, language) });
}
