/** The training-step clock of a page: which step is on screen, and who moves it. */

import { allOver } from "./describe.js";
import { advance, backToLive, initialClock, rewind, seek, togglePlay } from "./playback.js";
import { budgetOf, edgeStep, knownStep, nextFrameStep } from "./view.js";

/** @typedef {import("./types.js").Clock} Clock */
/** @typedef {import("./types.js").LabState} LabState */

/** @param {() => LabState} state @param {() => void} wake */
export function createTrainingClock(state, wake) {
  let clock = initialClock();
  let toEdge = false; // after a reload: no replay of what was already seen

  /** @param {Clock} next */
  const set = (next) => {
    clock = next;
    toEdge = false;
    wake();
  };

  return {
    get now() {
      return clock;
    },
    /** For another experiment; its speed is the reader's. @param {boolean} [seen] what is known was seen before */
    restart(seen = false) {
      set({ ...initialClock(), speed: clock.speed });
      toEdge = seen;
    },
    toggle: () => set(togglePlay(clock, edgeStep(state()), allOver(state()))),
    /** @param {-1|1} direction */
    frame: (direction) => set(seek(clock, nextFrameStep(state(), clock.step, direction))),
    /** @param {number} step */
    seek: (step) => set(seek(clock, Math.min(step, edgeStep(state())))),
    live: () => set(backToLive(clock, edgeStep(state()))),
    rewind: () => set(rewind(clock)),
    /** @param {number} speed */
    speed: (speed) => set({ ...clock, speed }),

    /**
     * Let time pass.
     * @param {number} seconds @param {boolean} still
     * @returns {boolean} whether it goes on
     */
    advance(seconds, still) {
      const { order, logs } = state();
      const edge = edgeStep(state());
      if (toEdge && order.some((id) => logs[id].length)) {
        // The log arrives in one burst; what was known when the page opened is not replayed.
        clock = { ...clock, step: edge };
        toEdge = edge < knownStep(state());
      }
      const { step } = clock;
      clock = advance(clock, edge, budgetOf(state()), seconds, still);
      return clock.step !== step || (clock.mode !== "paused" && clock.step < edge);
    },
  };
}
