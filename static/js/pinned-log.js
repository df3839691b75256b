/** Owner of the pinned experiments: fetches each, keeps it, and looks again while it goes on. */

import { allOver } from "./describe.js";
import { initialState, reduce } from "./reduce.js";
import { isGone } from "./session.js";
import { backoff } from "./stream.js";

/** @typedef {import("./types.js").LabState} LabState */

/** Frames of a run that a pale line needs at most. */
const MOST_FRAMES = 200;
/** Milliseconds after which one that still trains is read again. */
const AGAIN = 3000;

/**
 * @param {import("./api.js").Api} api
 * @param {() => void} onChange something has arrived
 * @param {(id: string) => void} onMissing the server does not have it
 * @param {(run: () => void, ms: number) => void} [later] replaced in tests
 */
export function createPinnedLog(api, onChange, onMissing, later = (run, ms) => window.setTimeout(run, ms)) {
  /** @type {Map<string, LabState|null>} null while it is on its way */
  const known = new Map();
  /** @type {Map<string, number>} how often the server did not answer */
  const failures = new Map();

  /** @param {string} id */
  const fetchOne = async (id) => {
    if (!known.has(id)) known.set(id, null);
    try {
      const experiment = await api.experiment(id);
      let state = reduce(initialState(), { type: "experiment", experiment });
      for (const run of experiment.runs) {
        const every = Math.max(1, Math.ceil((run.seq + 1) / MOST_FRAMES));
        const frames = await api.frames(run.id, every);
        // Where frames were left out, the last one may be among them.
        if (every > 1) frames.push(...(await api.frames(run.id, 1, Math.max(run.seq - 1, frames[frames.length - 1]?.seq ?? -1))));
        state = reduce(state, { type: "frames", frames });
      }
      known.set(id, state);
      if (!allOver(state)) later(() => void fetchOne(id), AGAIN);
      onChange();
    } catch (error) {
      if (isGone(error)) {
        known.delete(id);
        onMissing(id);
      } else {
        const attempt = (failures.get(id) ?? 0) + 1;
        failures.set(id, attempt);
        later(() => {
          if (known.get(id)) return void fetchOne(id); // what was read of it stays
          known.delete(id);
          onChange();
        }, backoff(attempt, Math.random()));
      }
    }
  };

  return {
    /** @param {string} id @returns {LabState|null} null until it is here */
    state(id) {
      if (!known.has(id)) void fetchOne(id);
      return known.get(id) ?? null;
    },
  };
}
