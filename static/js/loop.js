/** Animation frames: as many as something changes or moves in, and none while the page is hidden. */

/** A frame that came late, from a tab that slept, counts as no more than this many seconds. */
const LONGEST = 1;

/**
 * @param {object} acts
 * @param {(now: number, seconds: number) => boolean} acts.change draw what changed; whether more is to come
 * @param {(now: number) => boolean} acts.move what moves by itself; whether it goes on
 */
export function createLoop({ change, move }) {
  let changed = true;
  let requested = false;
  let before = 0; // milliseconds

  const request = () => {
    if (requested || document.hidden) return;
    requested = true;
    requestAnimationFrame(tick);
  };

  const wake = () => {
    changed = true;
    request();
  };

  /** @param {number} now milliseconds */
  const tick = (now) => {
    requested = false;
    const seconds = Math.min(LONGEST, (now - before) / 1000);
    before = now;
    let more = false;
    if (changed) {
      changed = false;
      more = change(now, seconds);
    }
    const moving = move(now);
    if (more) wake();
    else if (moving) request();
  };

  document.addEventListener("visibilitychange", wake);
  return { wake };
}
