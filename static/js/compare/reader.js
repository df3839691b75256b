/** Reads the results of a comparison again as its runs end, and never presses a server that is slow or failing. */

/** Milliseconds between two readings at least; and never more than a tenth of the time is spent on them. */
const REFRESH = 1500;
const SHARE = 10;
const LONGEST = 60_000;

/**
 * @param {number} took milliseconds of the last reading
 * @param {number} failures how many have failed in a row: one that fails may do so at once
 */
export function pauseAfter(took, failures) {
  return Math.max(SHARE * took, Math.min(LONGEST, REFRESH * 2 ** failures));
}

/**
 * @template T
 * @param {object} parts
 * @param {() => Promise<T>} parts.read
 * @param {() => boolean} parts.stale whether something has ended that was not read yet
 * @param {(found: T) => void} parts.onRead
 * @param {(error: unknown) => boolean} parts.onFailed whether to try again
 * @param {{later?: (run: () => void, ms: number) => number, cancel?: (timer: number) => void, now?: () => number}} [environment]
 *   replaced in tests
 */
export function createReader({ read, stale, onRead, onFailed }, environment = {}) {
  const later = environment.later ?? ((run, ms) => window.setTimeout(run, ms));
  const cancel = environment.cancel ?? ((timer) => window.clearTimeout(timer));
  const now = environment.now ?? (() => performance.now());
  /** @type {number|null} */
  let timer = null;
  let reading = false;
  let failures = 0;
  let generation = 0; // of the comparison: what is read for one that was left is dropped

  /** @param {number} delay @param {() => boolean} wanted asked when the time has come */
  const plan = (delay, wanted) => {
    if (timer !== null || reading) return;
    timer = later(() => {
      timer = null;
      if (wanted()) void readNow();
    }, delay);
  };

  const readNow = async () => {
    const mine = generation;
    const began = now();
    let again = true;
    reading = true;
    try {
      const found = await read();
      if (mine !== generation) return;
      failures = 0;
      onRead(found);
    } catch (error) {
      if (mine !== generation) return;
      failures += 1;
      again = onFailed(error);
    } finally {
      if (mine === generation) reading = false;
    }
    if (again) plan(pauseAfter(now() - began, failures), () => failures > 0 || stale());
  };

  return {
    /** Something is there to be read. @param {number} [delay] */
    soon: (delay = REFRESH) => plan(delay, () => true),
    /** The comparison was left, or another one took its place. */
    reset() {
      generation += 1;
      if (timer !== null) cancel(timer);
      timer = null;
      reading = false;
      failures = 0;
    },
  };
}
