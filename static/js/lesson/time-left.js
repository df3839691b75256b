/** Seconds until the last of the runs in training is through, as it looks from their pace. */

import { createPace } from "../pace.js";

/** @typedef {import("../types.js").LabState} LabState */

/** @param {() => number} now milliseconds */
export function createTimeLeft(now = () => performance.now()) {
  const pace = createPace();
  /** @param {LabState} state @returns {number|null} */
  return ({ order, runs }) => {
    const training = order.filter((id) => runs[id].state === "running");
    for (const id of training) pace.note(id, runs[id].step, now() / 1000);
    const left = training.map((id) => pace.left(id, runs[id].steps)).filter((value) => value !== null);
    return left.length ? Math.max(...left) : null;
  };
}
