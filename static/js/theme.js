/** Light or dark, and the colours that follow. Owner of data-theme and of its memory. */

import { TOKENS } from "./visual.js";

/** @typedef {import("./types.js").Palette} Palette */

const KEY = "vgl-theme";

/** @returns {"light"|"dark"} what is on screen now */
export function shownTheme() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/**
 * @param {HTMLButtonElement} button
 * @param {() => void} onChange called after the colours changed, by the button or by the system
 */
export function connectTheme(button, onChange) {
  const tell = () => button.setAttribute("aria-pressed", String(shownTheme() === "dark"));
  tell();
  button.addEventListener("click", () => {
    const next = shownTheme() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Storage may be forbidden (private window, iframe): the choice then lasts for this page.
    }
    tell();
    onChange();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    tell();
    onChange();
  });
}

/**
 * The tokens as resolved colours, as they are inside an element (the night panel has its own).
 * @param {HTMLElement} inside
 * @returns {Palette}
 */
export function readPalette(inside) {
  const probe = document.createElement("span");
  probe.hidden = true;
  inside.append(probe);
  /** @type {Palette} */
  const palette = {};
  for (const token of TOKENS) {
    probe.style.color = `var(--${token})`;
    palette[token] = getComputedStyle(probe).color;
  }
  probe.remove();
  return palette;
}

/** @returns {boolean} */
export function prefersStill() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
