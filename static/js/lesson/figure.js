/** What every figure of the lesson has: its configuration and its controls. */

import { setText } from "../ui/dom.js";

/** @typedef {import("../types.js").ExperimentSpec} ExperimentSpec */
/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").RunSpec} RunSpec */

/**
 * @typedef {object} FigureConfig as the server wrote it into the page
 * @property {string} id
 * @property {"probe"|"cell"|"run"} kind
 * @property {boolean} theory the direct path is drawn too
 * @property {boolean} kept only the state that a gate keeps is drawn
 * @property {boolean} norms the largest norm of the gradient of each run is told at the end
 * @property {number} length
 * @property {RunSpec|null} trained the spec whose trained weights the reader may choose
 * @property {string[]} untouched keys of the runs that the controls leave as they are
 * @property {Array<{key: string, label: string, spec: RunSpec}>} runs
 * @property {Array<{name: string, path: string, stops: number[], start: number, learned: boolean}>} controls
 * @property {Record<string, {experiment: ExperimentSpec, labels: string[]}>} presets
 */

/**
 * @typedef {object} Tools what the page gives to its figures
 * @property {import("../api.js").Api} api
 * @property {Language} language
 * @property {(figure: string) => void} started tells the questions that a training has begun
 * @property {(figure: string) => void} stopped tells them that it came to nothing
 * @property {(figure: string) => void} ended tells them that it is over
 * @property {Set<() => void>} themed called after the colours changed
 */

/** @typedef {Record<string, number>} Values of the controls, by name */

/**
 * The one element inside a figure that its template promises.
 * @template {Element} T
 * @param {Element} root @param {string} selector @param {new () => T} type
 * @returns {T}
 */
export function within(root, selector, type) {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`the figure has no ${selector}`);
  return found;
}

/**
 * Still figures carry the words of a figure, also for what is drawn over them: the one of a page and
 * the one of a phone, of which one is shown.
 * @param {HTMLElement} box
 * @returns {(words: string) => void}
 */
export function connectTold(box) {
  const stills = box.querySelectorAll(".still");
  return (words) => stills.forEach((still) => still.setAttribute("aria-label", words));
}

/** @param {HTMLElement} root @returns {FigureConfig} */
export function configOf(root) {
  return JSON.parse(within(root, "[data-config]", HTMLScriptElement).textContent ?? "");
}

/**
 * @param {HTMLElement} root @param {FigureConfig} config @param {Language} language
 * @param {(values: Values) => void} onChange
 * @returns {{values: () => Values}}
 */
export function connectControls(root, config, language, onChange) {
  const fields = config.controls.map((control) => ({
    control,
    input: within(root, `[data-control="${control.name}"]`, HTMLInputElement),
    output: within(root, `[data-output="${control.name}"]`, HTMLOutputElement),
  }));
  const values = () => Object.fromEntries(fields.map(({ control, input }) => [control.name, control.stops[Number(input.value)]]));
  const tell = () => {
    for (const { control, input, output } of fields) {
      const text = language.number(control.stops[Number(input.value)], 4);
      setText(output, text);
      input.setAttribute("aria-valuetext", text);
    }
  };
  for (const { input } of fields) {
    input.addEventListener("input", () => {
      tell();
      onChange(values());
    });
  }
  tell();
  return { values };
}
