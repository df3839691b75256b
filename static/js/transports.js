/** Jacobian transport of the networks on screen: asked of the server where it is not known yet. */

import { ApiError } from "./api.js";
import { createLatest } from "./latest.js";

/** @typedef {import("./types.js").ShownRun} ShownRun */
/** @typedef {import("./types.js").Transport} Transport */

/** @typedef {{key: string, asked: Parameters<import("./api.js").Api["probe"]>[0]}} Wanted */

/** Milliseconds before a server that did not answer is asked again. */
const AGAIN = 5000;
/** Measurements that are kept; the oldest go. */
const MOST = 200;

/**
 * Weights are stored with every frame that carries single units; before a run, those of its spec.
 * @param {ShownRun} shown @returns {Wanted|null} null while nothing was stored
 */
export function wantedOf({ run, probed }) {
  if (run.state === "ready") return { key: JSON.stringify(run.spec), asked: { spec: run.spec } };
  return probed && { key: `${run.id}:${probed.step}`, asked: { run: run.id, step: probed.step } };
}

/** @param {unknown} error */
const isRefusal = (error) => error instanceof ApiError && [404, 413, 422].includes(error.problem.status);

/** @param {import("./api.js").Api} api @param {() => void} wake */
export function createTransports(api, wake) {
  /** @type {Map<string, Transport|null>} null where the server could not measure it */
  const known = new Map();
  /** @type {Map<string, Transport|null>} what each run showed last, while the next is on its way */
  const before = new Map();
  let version = 0;
  let waiting = "";
  const askAgain = () => {
    waiting = "";
    wake();
  };

  const latest = createLatest(
    async (/** @type {Wanted[]} */ wanted) => {
      for (const { key, asked } of wanted) {
        try {
          known.set(key, (await api.probe(asked)).transport ?? null);
        } catch (error) {
          // What cannot be measured is not asked again; a server that is busy or away is.
          if (isRefusal(error)) known.set(key, null);
          else setTimeout(askAgain, AGAIN);
        }
        if (known.size > MOST) known.delete(/** @type {string} */ (known.keys().next().value));
      }
      version += 1;
      wake();
    },
    () => {},
  );

  return {
    /**
     * @param {ShownRun[]} runs
     * @returns {{version: number, byRun: Record<string, Transport|null>}}
     */
    of(runs) {
      const wanted = runs.flatMap((shown) => wantedOf(shown) ?? []);
      const missing = wanted.filter(({ key }) => !known.has(key));
      const now = missing.map(({ key }) => key).join();
      if (now !== waiting) {
        waiting = now;
        if (missing.length) void latest.ask(missing);
      }
      const byRun = runs.map((shown) => {
        const key = wantedOf(shown)?.key ?? "";
        if (known.has(key)) before.set(shown.run.id, known.get(key) ?? null);
        return [shown.run.id, before.get(shown.run.id) ?? null];
      });
      return { version, byRun: Object.fromEntries(byRun) };
    },
  };
}
