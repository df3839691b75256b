/** What the verified runs of a preset found, as values for the placeholders of its words. Pure. */

/** @typedef {import("./types.js").Language} Language */
/** @typedef {import("./types.js").VerifiedEntry} VerifiedEntry */

/**
 * Every quantity of every run, under `<run>_<quantity>`: `lstm_solved` is "10 of 10", `rnn_h_after`
 * the ratio of the first to the last gradient after training, `gru_steps` the median step.
 * @param {VerifiedEntry|null|undefined} verified @param {Language} language
 * @returns {Record<string, string>}
 */
export function evidence(verified, language) {
  if (!verified) return {};
  const { t, integer, number } = language;
  const ratio = (/** @type {number|null} */ log10) => (log10 === null ? "—" : number(10 ** log10));
  return Object.fromEntries(
    Object.entries(verified.runs).flatMap(([key, row]) => [
      [`${key}_solved`, t("verified.rate", { n: integer(Math.round(row.solved * verified.seeds)), seeds: integer(verified.seeds) })],
      [`${key}_steps`, row.steps === null ? "—" : integer(row.steps)],
      [`${key}_h_before`, ratio(row.retention_h_before)],
      [`${key}_h_after`, ratio(row.retention_h_after)],
      [`${key}_c_before`, ratio(row.retention_c_before)],
      [`${key}_c_after`, ratio(row.retention_c_after)],
      [`${key}_peak`, number(row.grad_peak)],
      [`${key}_recurrent`, number(row.recurrent_grad_before)],
      [`${key}_readout`, number(row.readout_grad_before)],
      [`${key}_zeros`, row.zeros_before === null ? "—" : integer(row.zeros_before)],
    ]),
  );
}
