/** Holds the state. Events are gathered and reduced together, once per animation frame. */

import { initialState, reduce } from "./reduce.js";

/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {import("./types.js").LabEvent} LabEvent */
/** @typedef {import("./types.js").LabState} LabState */

/** @param {() => void} wake called when something is waiting to be reduced */
export function createStore(wake) {
  let state = initialState();
  /** @type {LabEvent[]} */
  let waiting = [];

  /** @param {LabEvent} event */
  const send = (event) => {
    const last = waiting[waiting.length - 1];
    // A burst of frames is one event: the reducer then copies each log once.
    if (event.type === "frames" && last?.type === "frames") last.frames.push(...event.frames);
    else waiting.push(event.type === "frames" ? { ...event, frames: [...event.frames] } : event);
    wake();
  };

  return {
    send,
    /** Apply what waits. @returns {LabState} */
    settle() {
      const events = waiting;
      waiting = [];
      for (const event of events) state = reduce(state, event);
      return state;
    },
    get state() {
      return state;
    },
  };
}

/** @typedef {ReturnType<typeof createStore>} Store */
