/** The names of the lines of a figure, with their values at the timestep under the cursor. */

import { el, setText } from "./dom.js";
import { swatch } from "./swatch.js";

/** @typedef {{key: string, label: string, look: {colour: string, dash: string, symbol: string, width?: number}, value: string, word?: string}} LegendEntry */

/** @param {HTMLElement} list a <dl> */
export function createLegend(list) {
  let shape = "";
  /** @type {Array<{value: HTMLElement, word: HTMLElement}>} */
  let rows = [];
  return {
    /** @param {LegendEntry[]} entries */
    show(entries) {
      const now = JSON.stringify(entries.map(({ key, label, look }) => [key, label, look]));
      if (now !== shape) {
        shape = now;
        rows = entries.map(() => ({ value: el("span", { class: "legend-value" }), word: el("span", { class: "legend-word" }) }));
        list.replaceChildren(
          ...entries.map((entry, at) =>
            el(
              "div",
              { class: "legend-row" },
              el("dt", {}, swatch(entry.look), el("span", {}, entry.label)),
              el("dd", {}, rows[at].value, rows[at].word),
            ),
          ),
        );
      }
      entries.forEach((entry, at) => {
        setText(rows[at].value, entry.value);
        setText(rows[at].word, entry.word ?? "");
      });
    },
  };
}
