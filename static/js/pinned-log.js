/** Owner of the pinned experiments: fetches each once, and keeps it. */

import { initialState, reduce } from "./reduce.js";

/** @typedef {import("./types.js").LabState} LabState */

/** Frames of a run that a pale line needs at most. */
const MOST_FRAMES = 200;

/**
 * @param {import("./api.js").Api} api
 * @param {() => void} onChange something has arrived
 * @param {(id: string) => void} onMissing the server does not have it
 */
export function createPinnedLog(api, onChange, onMissing) {
  /** @type {Map<string, LabState|null>} null while it is on its way */
  const known = new Map();

  /** @param {string} id */
  const fetchOne = async (id) => {
    known.set(id, null);
    try {
      const experiment = await api.experiment(id);
      let state = reduce(initialState(), { type: "experiment", experiment });
      for (const run of experiment.runs) {
        const every = Math.max(1, Math.ceil((run.seq + 1) / MOST_FRAMES));
        state = reduce(state, { type: "frames", frames: await api.frames(run.id, every) });
      }
      known.set(id, state);
      onChange();
    } catch {
      known.delete(id);
      onMissing(id);
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
