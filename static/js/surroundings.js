/** Theme, size and language as the figures need them; read again only when they changed. */

import { prefersStill, readPalette } from "./theme.js";

/** @typedef {import("./types.js").Language} Language */
/** @typedef {import("./types.js").Surroundings} Surroundings */

/**
 * @param {HTMLElement} area holds the figures
 * @param {HTMLElement} night the night panel
 * @param {Language} language
 * @param {() => void} onChange
 */
export function createSurroundings(area, night, language, onChange) {
  let version = 0;
  /** @type {Surroundings|null} */
  let known = null;
  const forget = () => {
    known = null;
    onChange();
  };
  let width = area.clientWidth;
  new ResizeObserver(() => {
    if (area.clientWidth === width) return; // height changes as figures come and go
    width = area.clientWidth;
    forget();
  }).observe(area);
  matchMedia("(prefers-reduced-motion: reduce)").addEventListener("change", forget);

  return {
    forget,
    /** @returns {Surroundings} */
    get current() {
      if (!known) {
        version += 1;
        known = read(String(version), area, night, language);
      }
      return known;
    },
  };
}

/** @param {string} version @param {HTMLElement} area @param {HTMLElement} night @param {Language} language */
function read(version, area, night, language) {
  const ruler = document.createElement("div");
  ruler.className = "ruler"; // tracks.css gives it the tokens as sizes
  area.append(ruler);
  const style = getComputedStyle(ruler);
  const surroundings = {
    version,
    palette: readPalette(area),
    night: readPalette(night),
    font: style.fontFamily,
    text: parseFloat(style.fontSize),
    stroke: Number(style.getPropertyValue("--stroke")) || 1,
    margins: { left: parseFloat(style.paddingLeft), right: parseFloat(style.paddingRight) },
    language,
    still: prefersStill(),
  };
  ruler.remove();
  return surroundings;
}
