/** The texts of the page in the reader's language. Owner of the message catalogue. */

import { numberFormat, roundDuration } from "./format.js";

/** @typedef {import("./types.js").Language} Language */

/**
 * @param {string} lang
 * @param {Record<string, string>} messages
 * @returns {Language}
 */
export function createLanguage(lang, messages) {
  const format = numberFormat(lang);
  const has = (/** @type {string} */ key) => Object.hasOwn(messages, key);
  /** @type {Language["t"]} */
  const t = (key, values = {}) => {
    // A missing text shows its key: visible in every test, never a broken page.
    const text = has(key) ? messages[key] : key;
    return text.replace(/\{(\w+)\}/g, (whole, name) =>
      Object.hasOwn(values, name) ? String(values[name]) : whole,
    );
  };
  const duration = (/** @type {number} */ seconds) => {
    const { unit, value } = roundDuration(seconds);
    return t(`duration.${unit}`, { n: format.integer(value) });
  };
  return {
    lang,
    t,
    has,
    duration,
    number: format.number,
    power: format.power,
    integer: format.integer,
    separators: format.separators,
  };
}

/**
 * @param {string} lang
 * @param {string} url
 * @returns {Promise<Language>}
 */
export async function loadLanguage(lang, url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`texts: ${response.status}`);
  return createLanguage(lang, await response.json());
}
