/** What the experiment on screen was asked, and how the set-up of now stands to it. Pure. */

import { sameQuestion, sameRuns, setupOf } from "./experiment.js";

/** @typedef {import("./types.js").Catalogue} Catalogue */
/** @typedef {import("./types.js").Setup} Setup */

/**
 * @typedef {object} Asked
 * @property {Setup} setup
 * @property {string|null} guess what was predicted
 * @property {boolean} asPreset it is the question of a preset, from whatever seed
 * @property {boolean} unchanged the set-up of now is this one
 * @property {boolean} answered the set-up of now asks the same question
 */

/** @param {Setup} setup @param {string|null} guess @param {Catalogue} catalogue @param {Setup} now @returns {Asked} */
export function askedOf(setup, guess, catalogue, now) {
  const asPreset = sameQuestion(setup, setupOf(catalogue, setup.preset));
  return comparedWith({ setup, guess, asPreset, unchanged: true, answered: true }, now);
}

/** @param {Asked} asked @param {Setup} now @returns {Asked} */
export function comparedWith(asked, now) {
  return { ...asked, unchanged: sameRuns(asked.setup, now), answered: sameQuestion(asked.setup, now) };
}
