/** What is said while something trains: seen at once, read aloud when its kind changes and only now and then between. */

import { setText } from "../ui/dom.js";

/** Milliseconds between two countings: a screen reader needs that long to say one. */
const EVERY = 5000;

/**
 * Whether to write now.
 * @param {{kind: string, at: number}|null} last what was written last, and when
 * @param {string} kind of what is to be written: the same kind is the same state, counted on
 * @param {number} now milliseconds
 */
export function isDue(last, kind, now) {
  return last === null || last.kind !== kind || now - last.at >= EVERY;
}

/**
 * @param {HTMLElement} shown says it at once, for the eye
 * @param {HTMLElement} said the live region
 * @returns {(kind: string, text: string) => void}
 */
export function calm(shown, said) {
  /** @type {{kind: string, at: number}|null} */
  let last = null;
  let timer = 0;
  /** @param {string} kind @param {string} text */
  const tell = (kind, text) => {
    const now = performance.now();
    setText(shown, text);
    window.clearTimeout(timer);
    // What was counted last is said even if nothing follows.
    if (!isDue(last, kind, now)) timer = window.setTimeout(() => tell(kind, text), EVERY);
    else {
      last = { kind, at: now };
      setText(said, text);
    }
  };
  return tell;
}
