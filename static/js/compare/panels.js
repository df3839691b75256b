/** What the scheduler draws of a comparison: figures, their legends and tables, every run. */

import { byId, el, setText } from "../ui/dom.js";
import { drawInto } from "../ui/drawn.js";
import { createFigureTable } from "../ui/figure-table.js";
import { createLegend } from "../ui/legend.js";
import { TABLES } from "./figure-tables.js";
import { FIGURES } from "./figures.js";
import { successAt } from "./outcome.js";
import { createPoints } from "./points.js";
import { createTable } from "./table.js";
import { bandsWords, lastLoss, spreadWords, successWords } from "./words.js";

/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("./figures.js").FigureName} FigureName */
/** @typedef {import("./outcome.js").Outcome} Outcome */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("../scheduler.js").Panel<Scene>} Panel */

/**
 * @param {object} parts
 * @param {Language} parts.language
 * @param {() => void} parts.wake
 * @param {(sort: string) => void} parts.onSort
 * @param {(length: number) => void} parts.onLength
 * @param {(run: string) => Outcome|undefined} parts.find
 * @param {{to: (outcome: Outcome) => string, follow: (outcome: Outcome, event: MouseEvent) => void}} parts.lab the link of a run
 * @returns {Panel[]}
 */
export function comparePanels({ language, wake, onSort, onLength, find, lab }) {
  const points = createPoints(byId("spread-plot", HTMLElement), language.t("spread.points"), {
    to: (run) => lab.to(/** @type {Outcome} */ (find(run))),
    follow: (run, event) => lab.follow(/** @type {Outcome} */ (find(run)), event),
  });
  return [
    figurePanel("success", successWords),
    legendPanel("success", (scene, model) => {
      const { solved, over } = successAt(scene.all, model, scene.length);
      const value = over ? language.t("compare.rate", { k: language.integer(solved), n: language.integer(over) }) : "—";
      return { value, word: over ? language.t("compare.at-length", { length: language.integer(scene.length) }) : "" };
    }),
    lengthsPanel(language, onLength),
    figurePanel("spread", spreadWords, points.show),
    figurePanel("bands", bandsWords),
    legendPanel("bands", (scene, model) => ({ value: lastLoss(scene, model), word: "" })),
    ...Object.keys(TABLES).map((name) => tablePanel(/** @type {FigureName} */ (name), wake)),
    runsPanel(language, wake, onSort, lab),
  ];
}

/** @param {FigureName} name @param {(scene: Scene) => string} words @param {(figure: import("../charts/layout.js").Figure) => void} [over] draws over it @returns {Panel} */
function figurePanel(name, words, over) {
  const box = byId(`${name}-plot`, HTMLElement);
  const summary = byId(`${name}-summary`, HTMLElement);
  return {
    element: byId(name, HTMLElement),
    heavy: true,
    key: ({ keys }) => keys[name],
    draw(scene) {
      const { palette, language, font, text, margins } = scene.surroundings;
      const figure = FIGURES[name](scene, { palette, language, font, text, ...margins, width: box.clientWidth });
      drawInto(box, figure);
      over?.(figure);
      setText(summary, words(scene));
    },
  };
}

/** @param {"success"|"bands"} name @param {(scene: Scene, model: number) => {value: string, word: string}} valueOf @returns {Panel} */
function legendPanel(name, valueOf) {
  const legend = createLegend(byId(`${name}-legend`, HTMLElement));
  return {
    element: byId(name, HTMLElement),
    heavy: false,
    outline: ({ names }) => names.join("\n"),
    key: ({ keys }) => keys[name],
    draw: (scene) => legend.show(scene.models.map(({ label, look }, model) => ({ key: String(model), label, look, ...valueOf(scene, model) }))),
  };
}

/** @param {FigureName} name @param {() => void} wake @returns {Panel} */
function tablePanel(name, wake) {
  const table = createFigureTable(name, wake);
  return {
    element: table.element,
    heavy: true,
    key: ({ keys }) => (table.open ? keys[name] : "closed"),
    draw(scene) {
      if (table.open) table.show(TABLES[name](scene));
    },
  };
}

/** Which length the figures of single runs are of. @param {Language} language @param {(length: number) => void} onLength @returns {Panel} */
function lengthsPanel(language, onLength) {
  const fieldset = byId("length-shown", HTMLFieldSetElement);
  const key = (/** @type {Scene} */ { lengths, length }) => `${lengths.join()}|${length}`;
  let built = "";
  return {
    element: fieldset,
    heavy: false,
    outline: key,
    key,
    draw({ lengths, length }) {
      if (lengths.join() !== built) {
        built = lengths.join();
        const choices = lengths.map((each) =>
          el("label", {}, el("input", { type: "radio", name: "length", value: each, onchange: () => onLength(each) }), el("span", {}, language.t("compare.at-length", { length: language.integer(each) }))),
        );
        fieldset.replaceChildren(fieldset.children[0], ...choices);
      }
      for (const input of fieldset.querySelectorAll("input")) input.checked = Number(input.value) === length;
    },
  };
}

/**
 * @param {Language} language @param {() => void} wake @param {(sort: string) => void} onSort
 * @param {Parameters<typeof createTable>[5]} lab
 * @returns {Panel}
 */
function runsPanel(language, wake, onSort, lab) {
  const element = byId("runs", HTMLTableElement);
  const rest = { place: byId("runs-rest", HTMLElement), shown: byId("runs-shown", HTMLElement), more: byId("runs-more", HTMLElement) };
  const table = createTable(element, rest, language, onSort, wake, lab);
  return {
    element,
    heavy: true,
    // In its full length from the start, and complete at the end, for whoever searches the page or hears it.
    outline: ({ all, keys }) => `${all.length}|${all.every(({ measured }) => measured) ? keys.runs : ""}`,
    key: ({ keys, sort, surroundings }) => `${keys.runs}|${sort}|${table.version}|${surroundings.language.lang}`,
    draw: ({ all, sort, names }) => table.show(all, sort, names),
  };
}
