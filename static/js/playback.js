/** The training-step clock: follows what arrives, or plays back what was recorded. Pure. */

/** @typedef {import("./types.js").Clock} Clock */

/** Seconds in which a whole recording is replayed at speed 1, whatever its length. */
export const REPLAY_SECONDS = 12;
/** A live clock that fell behind catches up with this time constant, so that frames arriving in
 * bursts become even motion; and never faster than the whole recording in FASTEST seconds, so that
 * a finished run read from the log is still seen to happen. */
const CATCH_UP_SECONDS = 0.4;
const FASTEST_SECONDS = 5;

export const SPEEDS = [0.25, 0.5, 1, 2, 4];

/** @returns {Clock} */
export function initialClock() {
  return { mode: "live", step: 0, speed: 1 };
}

/**
 * Let time pass.
 * @param {Clock} clock
 * @param {number} edge newest step that may be shown
 * @param {number} budget training steps at most
 * @param {number} seconds since the last call
 * @param {boolean} still jump instead of moving (reduced motion)
 * @returns {Clock} the same object where nothing changed
 */
export function advance(clock, edge, budget, seconds, still = false) {
  if (clock.mode === "paused") return clock;
  if (clock.mode === "playing") {
    const step = Math.min(edge, clock.step + (budget / REPLAY_SECONDS) * clock.speed * seconds);
    if (step === clock.step && step < edge) return clock;
    // Having caught up with what is recorded, playing becomes following.
    return step >= edge ? { ...clock, mode: "live", step: edge } : { ...clock, step };
  }
  const behind = edge - clock.step;
  if (behind <= 0) return clock; // never backwards by itself: a late starter catches up in place
  if (still) return { ...clock, step: edge };
  const wanted = behind / CATCH_UP_SECONDS;
  const rate = Math.min(budget / FASTEST_SECONDS, Math.max(budget / 60, wanted));
  const moved = rate * Math.min(seconds, 0.25);
  return { ...clock, step: moved >= behind ? edge : clock.step + moved };
}

/** @param {Clock} clock @param {number} step @returns {Clock} stands still there */
export function seek(clock, step) {
  return { ...clock, mode: "paused", step: Math.max(0, step) };
}

/**
 * @param {Clock} clock @param {number} edge @param {boolean} over nothing trains any more
 * @returns {Clock}
 */
export function togglePlay(clock, edge, over = false) {
  if (clock.mode === "live" && over && clock.step >= edge) return rewind(clock); // it stands still already
  if (clock.mode !== "paused") return { ...clock, mode: "paused" };
  return clock.step >= edge ? { ...clock, mode: "playing", step: 0 } : { ...clock, mode: "playing" };
}

/** @param {Clock} clock @returns {Clock} */
export function rewind(clock) {
  return { ...clock, mode: "playing", step: 0 };
}

/** @param {Clock} clock @param {number} edge @returns {Clock} */
export function backToLive(clock, edge) {
  return { ...clock, mode: "live", step: edge };
}
