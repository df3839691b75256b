/**
 * What the figures say, model by model: sentences with the numbers of the training step on screen,
 * each with the view that shows it. Pure.
 */

import { arrivingShare } from "./charts/highway.js";
import { relevantSteps } from "./charts/inputs.js";
import { arriving, beatsForecast } from "./describe.js";
import { decode } from "./typed-array.js";
import { CELLS, gradientOf } from "./visual.js";

/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {import("./types.js").Lane} Lane */
/** @typedef {import("./types.js").Language} Language */
/** @typedef {import("./types.js").Series} Series */
/** @typedef {import("./types.js").ShownRun} ShownRun */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./url-codec.js").ViewState} ViewState */

/** @typedef {{figure: "profile"|"gates"|"cell"|"loss", view: Partial<ViewState>}} Goal where it is seen */
/**
 * `text` is empty before the first frame; `room` is as long as it may become.
 * @typedef {{kind: string, text: string, room: string, goal: Goal}} Sentence
 */
/** @typedef {Omit<Sentence, "room">} Said */

/** Share of the last step's gradient below which a timestep counts as out of reach. */
const REACH = 0.01;
/** From here on a loss is no better than without memory. */
const NO_BETTER = 0.9;
/** Measurements that a loss is averaged over: that of one batch strays by a fifth on the adding problem. */
const RECENT = 10;

/**
 * @param {View} view @param {Lane[]} lanes @param {Record<string, Frame[]>} logs by run
 * @param {(task: string) => boolean} manyLosses whether the loss of a task falls on many steps
 * @param {Language} language
 * @returns {Array<{shown: ShownRun, sentences: Sentence[]}>} as many for a model at every step, so
 *   that nothing moves while frames arrive
 */
export function sayings(view, lanes, logs, manyLosses, language) {
  return view.runs.map((shown, index) => {
    const own = lanes.filter((lane) => lane.shown === shown);
    const many = manyLosses(String(shown.run.spec.task.name));
    const sentences = [
      keeps(shown, own, view, language),
      many ? manyLossesSay(language) : reaches(own, view.length, language),
      CELLS[shown.cell].gates.length ? gatesSay(shown, index, view.length - shown.length, language) : saturates(shown, index, language),
      learns(shown, logs[shown.run.id] ?? [], language),
    ];
    return {
      shown,
      sentences: sentences.map((each) => ({ ...each, text: shown.frame ? each.text : "", room: roomFor(each.kind, shown, language) })),
    };
  });
}

/** Texts of a kind: one of the first, and any of the rest may follow it.
 * @type {Readonly<Record<string, string[][]>>}
 */
const TEXTS = {
  keeps: [["says.keeps", "says.keeps.both"]],
  reaches: [["says.reach.lost", "says.reach.grown", "says.reach.all", "says.many-losses"]],
  gates: [["says.gates"], ["says.half-life"], ["says.marked"]],
  saturates: [["says.saturates"]],
  learns: [["says.solved", "says.better", "says.no-better", "says.naive", "says.diverged"], ["says.clipped"]],
};

/**
 * The longest that a sentence of a kind may become: its place is kept, so that nothing moves.
 * @param {string} kind @param {ShownRun} shown @param {Language} language
 */
function roomFor(kind, { cell }, { t, number, integer }) {
  const two = CELLS[cell].lanes.length > 1;
  const [step, share, part] = [integer(10000), number(3.2e-109), number(0.0012)];
  const word = t("word.exploding");
  const writes = t(`gate.${cell === "lstm" ? "input_gate" : "update_gate"}`);
  const values = {
    ...{ step, first: integer(100), last: integer(100), value: kind === "keeps" ? share : part, word, hidden: share, hidden_word: word, t: integer(100), back: integer(100) },
    ...{ gate: kind === "gates" ? writes : "", high: part, t_high: integer(100), low: part, t_low: integer(100), half: integer(1000), usual: part, percent: integer(100) },
    ...{ loss: share, baseline: part, metric: part, threshold: part, n: integer(1000), of: integer(1000) },
  };
  const longest = (/** @type {string[]} */ keys) =>
    keys
      .filter((key) => key !== "says.keeps.both" || two)
      .map((key) => t(key, values))
      .reduce((a, b) => (b.length > a.length ? b : a));
  return TEXTS[kind].map(longest).join(" ");
}

/** @param {number} timestep @returns {Goal} */
const profileAt = (timestep) => ({ figure: "profile", view: { scale: "relative", timestep } });

/** @param {ShownRun} shown @param {Lane[]} lanes @param {View} view @param {Language} language @returns {Said} */
function keeps(shown, lanes, view, language) {
  const [main, other] = lanes.map((lane) => arriving(lane, language));
  const values = {
    step: language.integer(shown.frame?.step ?? 0),
    first: language.integer(1 + view.length - shown.length),
    last: language.integer(view.length),
    value: main.value,
    word: main.word,
    hidden: other?.value ?? "",
    hidden_word: other?.word ?? "",
  };
  return { kind: "keeps", text: language.t(other ? "says.keeps.both" : "says.keeps", values), goal: profileAt(1 + view.length - shown.length) };
}

/**
 * Going back from the last step, the first one where less than 1% is left (or where it has grown
 * without bounds), and how far that is.
 * @param {Series} series
 * @returns {{at: number, kind: "lost"|"grown"|"all"}} at: index
 */
export function reachOf(series) {
  const unit = series[series.length - 1];
  for (let at = series.length - 1; at >= 0; at -= 1) {
    const value = series[at];
    if (value === null || unit === null) return { at, kind: "grown" };
    if (!(value > 0) || value / unit < REACH) return { at, kind: "lost" };
  }
  const share = arrivingShare(series);
  return { at: 0, kind: share !== null && share > 1 / REACH ? "grown" : "all" };
}

/** @param {Lane[]} lanes @param {number} length @param {Language} language @returns {Said} */
function reaches([lane], length, language) {
  const series = lane.shown.frame ? gradientOf(lane.shown.frame, lane.lane) : [];
  const { at, kind } = reachOf(series);
  const t = length - series.length + at + 1;
  const values = { t: language.integer(t), last: language.integer(length), back: language.integer(length - t) };
  return { kind: "reaches", text: language.t(`says.reach.${kind}`, values), goal: profileAt(Math.max(1, t)) };
}

/** @param {Language} language @returns {Said} */
function manyLossesSay(language) {
  return { kind: "reaches", text: language.t("says.many-losses"), goal: profileAt(1) };
}

/**
 * @param {ShownRun} shown @param {number} index @param {number} offset timesteps of the axis before
 *   its sequence begins
 * @param {Language} language @returns {Said}
 */
function gatesSay(shown, index, offset, language) {
  const { number, integer, t } = language;
  const { lanes, gates: names } = CELLS[shown.cell];
  const keeper = lanes[0].gate ?? names[0];
  const mean = shown.frame?.gates[keeper]?.mean.map(Number) ?? [];
  const [low, high] = [argBest(mean, (a, b) => a < b), argBest(mean, (a, b) => a > b)];
  const values = {
    gate: t(`gate.${keeper}`),
    high: number(mean[high] ?? null),
    t_high: integer(offset + high + 1),
    low: number(mean[low] ?? null),
    t_low: integer(offset + low + 1),
    half: number(shown.frame?.half_life ?? null),
  };
  const half = shown.frame?.half_life ? ` ${t("says.half-life", values)}` : "";
  const writes = markedSay(shown, offset, language);
  const text = `${t("says.gates", values)}${half}${writes ? ` ${writes.text}` : ""}`;
  return { kind: "gates", text, goal: { figure: "gates", view: { gates: index, timestep: writes?.t ?? offset + low + 1, units: false } } };
}

/**
 * What the gate that lets the input in does where the input matters.
 * @param {ShownRun} shown @param {number} offset as above @param {Language} language
 */
function markedSay({ frame, probed, cell, run }, offset, { t, integer, number }) {
  if (!frame || !probed?.probe) return null;
  const relevant = relevantSteps(run.spec.task, decode(probed.probe.inputs));
  // The GRU has no input gate: it lets in what its update gate does not keep.
  const name = cell === "lstm" ? "input_gate" : "update_gate";
  const mean = frame.gates[name]?.mean.map(Number) ?? [];
  if (relevant.length === 0 || relevant.length > mean.length / 4) return null;
  const rest = mean.filter((_, at) => !relevant.includes(at + 1));
  const usual = rest.reduce((sum, value) => sum + value, 0) / rest.length;
  const moved = relevant.reduce((best, at) => (Math.abs(mean[at - 1] - usual) > Math.abs(mean[best - 1] - usual) ? at : best));
  const values = { t: integer(offset + moved), gate: t(`gate.${name}`), value: number(mean[moved - 1]), usual: number(usual) };
  return { t: offset + moved, text: t("says.marked", values) };
}

/** @param {ShownRun} shown @param {number} index @param {Language} language @returns {Said} */
function saturates({ frame }, index, language) {
  const flat = frame?.saturation.hidden?.flat ?? 0;
  return {
    kind: "saturates",
    text: language.t("says.saturates", { percent: language.integer(Math.round(100 * flat)) }),
    goal: { figure: "cell", view: { cell: index } },
  };
}

/** @param {ShownRun} shown @param {Frame[]} log @param {Language} language @returns {Said} */
function learns({ run, frame, ended }, log, language) {
  const { t, number, integer } = language;
  const step = integer(frame?.step ?? 0);
  /** @type {Goal} */
  const goal = { figure: "loss", view: {} };
  if (ended && run.state === "diverged") return { kind: "learns", text: t("says.diverged", { step }), goal };
  const seen = log.filter((each) => each.step <= (frame?.step ?? 0));
  const recent = recentLoss(seen);
  const values = { step, loss: number(recent?.mean ?? null), baseline: number(run.baseline, 3), metric: number(frame?.metric ?? null), threshold: number(run.threshold) };
  const clear = recent !== null && recent.mean < NO_BETTER * run.baseline && recent.mean + recent.margin < run.baseline;
  const better = clear ? "says.better" : "says.no-better";
  const key = ended && run.state === "solved" ? "says.solved" : beatsForecast(run) ? "says.naive" : better;
  const clipped = seen.filter((each) => each.clipped).length;
  const limited = clipped ? ` ${t("says.clipped", { n: integer(clipped), of: integer(seen.length) })}` : "";
  return { kind: "learns", text: t(key, values) + limited, goal };
}

/**
 * The mean of the last losses, and three standard errors of it: one batch alone tells little.
 * @param {Frame[]} seen @returns {{ mean: number, margin: number } | null}
 */
function recentLoss(seen) {
  const losses = seen.slice(-RECENT).map((each) => each.loss).filter((loss) => loss !== null);
  if (!losses.length) return null;
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const squares = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0);
  const margin = losses.length > 1 ? 3 * Math.sqrt(squares / (losses.length - 1) / losses.length) : Infinity;
  return { mean, margin };
}

/** @param {number[]} values @param {(a: number, b: number) => boolean} better @returns {number} */
function argBest(values, better) {
  return values.reduce((best, value, at) => (better(value, values[best]) ? at : best), 0);
}
