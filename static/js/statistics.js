/** The few statistics that a comparison over seeds needs. Pure. */

/** 97.5 % point of the normal distribution: for intervals of 95 %. */
const Z = 1.959964;

/**
 * Wilson's score interval for a share: honest for few runs, and within 0 and 1 (Wilson, 1927).
 * @param {number} successes @param {number} trials
 * @returns {{share: number, low: number, high: number}|null} null without a trial
 */
export function wilson(successes, trials) {
  if (trials === 0) return null;
  const share = successes / trials;
  const spread = Z * Z / trials;
  const middle = (share + spread / 2) / (1 + spread);
  const half = (Z / (1 + spread)) * Math.sqrt((share * (1 - share)) / trials + spread / (4 * trials));
  return { share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * Linear between the two nearest values, as NumPy does it.
 * @param {number[]} values in any order; Infinity is a value
 * @param {number} q in [0, 1]
 */
export function quantile(values, q) {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => (a < b ? -1 : Number(a > b))); // ∞ − ∞ would be NaN
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const share = position - below;
  const [low, high] = [sorted[below], sorted[Math.min(below + 1, sorted.length - 1)]];
  return share === 0 || low === high ? low : low + share * (high - low); // 0 · ∞ too
}
