/** The sequence that a network reads, channel by channel, and which of its steps matter. Pure. */

/** @typedef {import("../types.js").Decoded} Decoded */
/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").Section} Section */

/**
 * How the inputs of a task are read. `names`: of its channels, a key of the texts where it begins
 * with "input.", else a symbol that is the same in every language.
 * @typedef {object} Reading
 * @property {string[]} names
 * @property {(at: (t: number, channel: number) => number, t: number) => boolean} matters whether
 *   the answer depends on step t (0-based) as on few others
 */

/** @type {Reading} */
const MARKED = { names: ["input.value", "input.marker"], matters: (at, t) => at(t, 1) > 0.5 };
/** @param {number[]} channels @returns {Reading["matters"]} */
const oneOf = (...channels) => (at, t) => channels.some((channel) => at(t, channel) > 0.5);
const none = () => false;
const first = (/** @type {unknown} */ _at, /** @type {number} */ t) => t === 0;
const ORDER = { names: ["a", "b", "c", "d", "X", "Y"], matters: oneOf(4, 5) };

/** @type {Readonly<Record<string, Reading>>} */
const READINGS = {
  adding: MARKED,
  adding_hs97: MARKED,
  multiplication: MARKED,
  recall: { names: [], matters: first },
  temporal_order: ORDER,
  temporal_order_3: ORDER,
  copy: { names: ["1", "2", "3", "4", "5", "6", "7", "8", "input.blank", "input.go"], matters: oneOf(0, 1, 2, 3, 4, 5, 6, 7) },
  reber: { names: [..."BTPXSVE"], matters: (_at, t) => t === 1 },
  sentiment: { names: ["input.not", "input.good", "input.bad"], matters: oneOf(0, 1, 2) },
  parity: { names: [], matters: none },
  sales: { names: [], matters: none },
};

/** More channels than this are symbols, of which one is on at a time. */
const MOST_CURVES = 2;

/**
 * @typedef {object} Channel
 * @property {string} name
 * @property {"curve"|"marks"|"symbol"} look
 * @property {number} reach largest magnitude, at least a little
 */

/**
 * @param {Section} task @param {Decoded} inputs of shape (T, D) @param {Language} language
 * @returns {Channel[]}
 */
export function channels(task, inputs, language) {
  const names = READINGS[String(task.name)]?.names ?? [];
  const reach = Math.max(Math.abs(inputs.low), Math.abs(inputs.high), 1e-9);
  return Array.from({ length: inputs.columns }, (_, channel) => {
    const name = names[channel] ?? (inputs.columns === 1 ? "input.value" : "");
    const look = name === "input.marker" ? "marks" : inputs.columns > MOST_CURVES ? "symbol" : "curve";
    return { name: name.startsWith("input.") ? language.t(name) : name, look, reach: look === "marks" ? 1 : reach };
  });
}

/**
 * Timesteps, from 1, on which the answer depends as on few others.
 * @param {Section} task @param {Decoded} inputs
 * @returns {number[]}
 */
export function relevantSteps(task, inputs) {
  const reading = READINGS[String(task.name)];
  if (!reading) return [];
  return Array.from({ length: inputs.rows }, (_, t) => t).flatMap((t) => (reading.matters(inputs.at, t) ? [t + 1] : []));
}

/**
 * x_t in words: its numbers, or the symbol that is on.
 * @param {Section} task @param {Decoded} inputs @param {number} t from 1 @param {Language} language
 */
export function inputText(task, inputs, t, language) {
  const values = Array.from({ length: inputs.columns }, (_, channel) => inputs.at(t - 1, channel));
  if (values.length <= 3) {
    const numbers = values.map((value) => language.number(value));
    return numbers.length === 1 ? numbers[0] : `(${numbers.join("; ")})`;
  }
  const on = values.filter((value) => Math.abs(value) > 0.05);
  if (on.length !== 1 || on[0] < 0.95) return language.t("input.numbers", { n: language.integer(values.length) });
  const largest = values.indexOf(on[0]);
  const name = channels(task, inputs, language)[largest].name;
  return name || language.t("input.symbol", { n: language.integer(largest + 1) });
}
