/** Numbers in sentences that follow the sliders. The server wrote them first (app/pages/numbers.py). Pure. */

import { cellNumbers } from "../charts/cell.js";
import { readProbe } from "../typed-array.js";

/** @typedef {import("../types.js").Frame} Frame */
/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").Series} Series */

/**
 * @typedef {object} Measured a figure as it is now
 * @property {string} id
 * @property {Record<string, number>} values of its controls
 * @property {Record<string, Frame>} frames by run
 * @property {number} length T
 */

/** @param {number} bias */
const sigmoid = (bias) => 1 / (1 + Math.exp(-bias));

/** @param {Series|null|undefined} series @returns {number|null} */
export function share(series) {
  if (!series?.length) return null;
  const [first, last] = [series[0], series[series.length - 1]];
  return first === null || last === null || last === 0 ? null : first / last;
}

/**
 * What a number in a sentence says now.
 * @param {string} source such as "figure clamp.lstm.c" or "power clamp.clamp"
 * @param {Measured} measured @param {Language} language
 * @returns {string|null} null where it does not belong to this figure
 */
export function liveNumber(source, measured, language) {
  const [kind, asked, ...settings] = source.split(" ");
  const [id, name, lane] = asked.split(".");
  if (id !== measured.id || settings.length) return null;
  const value = measured.values[name];
  switch (kind) {
    case "control":
      return language.number(value, 3);
    case "gap":
      return language.integer(measured.length - 1);
    case "power":
      return language.number(value ** (measured.length - 1));
    case "gate":
      return language.number(sigmoid(value), 3);
    case "half_life":
      return language.number(Math.LN2 / -Math.log(sigmoid(value)));
    case "figure": {
      const frame = measured.frames[name];
      if (!frame) return null;
      return language.number(share(lane === "c" ? frame.grad_c : lane === "direct" ? frame.direct : frame.grad_h));
    }
    case "unit": {
      const frame = measured.frames[name];
      return frame?.probe ? language.number(cellNumbers(readProbe(frame.probe), "gru", measured.length, 1)[lane], 3) : null;
    }
    default:
      return null;
  }
}

/**
 * @param {ParentNode} chapter @param {Measured} measured @param {Language} language
 */
export function writeNumbers(chapter, measured, language) {
  for (const span of chapter.querySelectorAll("[data-live]")) {
    const text = liveNumber(/** @type {HTMLElement} */ (span).dataset.live ?? "", measured, language);
    if (text !== null && text !== span.textContent) span.textContent = text;
  }
}
