/** A figure on the page, as SVG of the size of its box; while somebody inspects it, drawn by Plotly. */

import { CONFIG, inspectable } from "../charts/inspect.js";
import { byId, setText } from "./dom.js";
import { drawInto } from "./drawn.js";

/** @typedef {import("../plot.js").Plotly} Plotly */
/** @typedef {import("../types.js").Surroundings} Surroundings */

/**
 * @param {string} name prefix of the ids in the template
 * @param {() => Promise<Plotly>} library loads Plotly when it is first asked for
 * @param {import("../types.js").Language} language
 * @param {() => void} wake
 */
export function createChart(name, library, language, wake) {
  const box = byId(`${name}-plot`, HTMLElement);
  const button = byId(`${name}-inspect`, HTMLButtonElement);
  const said = byId(`${name}-inspect-said`, HTMLElement);
  /** @type {Plotly|null} while it is inspected */
  let plotly = null;
  let version = 0;

  /** @param {Plotly|null} next @param {string} words */
  const change = (next, words) => {
    plotly?.purge(box);
    plotly = next;
    version += 1;
    box.replaceChildren();
    box.classList.toggle("is-inspected", plotly !== null);
    box.setAttribute("role", plotly ? "group" : "img"); // what is inside can be pointed at now
    button.setAttribute("aria-pressed", String(plotly !== null));
    setText(said, words);
    wake();
  };

  button.addEventListener("click", () => {
    if (plotly) return change(null, "");
    setText(said, language.t("inspect.loading"));
    library().then(
      (loaded) => change(loaded, language.t("inspect.how")),
      () => setText(said, language.t("site.unreachable")),
    );
  });

  return {
    box,
    /** Changes with who draws. */
    get version() {
      return version;
    },
    /** @param {import("../charts/layout.js").Figure} figure @param {Surroundings} surroundings */
    draw(figure, { palette }) {
      const { clientWidth: width, clientHeight: height } = box;
      if (width === 0) return; // not shown
      if (plotly) {
        const { data, layout } = inspectable(figure, palette, (value) => language.number(value, 3));
        void plotly.react(box, data, { ...layout, width, height, autosize: false }, CONFIG);
      } else {
        drawInto(box, figure);
      }
    },
  };
}

/** @typedef {ReturnType<typeof createChart>} Chart */
