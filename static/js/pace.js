/** How fast runs train, for the time that is left. */

/** Seconds over which the pace is averaged. */
const MEMORY = 4;

export function createPace() {
  /** @type {Map<string, {at: number, step: number, rate: number}>} */
  const seen = new Map();
  return {
    /**
     * @param {string} run @param {number} step @param {number} now seconds
     */
    note(run, step, now) {
      const last = seen.get(run);
      if (!last) {
        seen.set(run, { at: now, step, rate: 0 });
        return;
      }
      const passed = now - last.at;
      if (passed < 0.5 || step < last.step) return;
      const rate = (step - last.step) / passed;
      const share = Math.min(1, passed / MEMORY);
      seen.set(run, { at: now, step, rate: last.rate ? last.rate * (1 - share) + rate * share : rate });
    },
    /** @param {string} run @param {number} steps @returns {number|null} seconds */
    left(run, steps) {
      const last = seen.get(run);
      return last && last.rate > 0 ? (steps - last.step) / last.rate : null;
    },
    clear() {
      seen.clear();
    },
  };
}
