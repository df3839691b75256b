/** Every run of a grid as a row of a table that can be sorted by any column. */

import { el, setText } from "../ui/dom.js";
import { retentionOf } from "./outcome.js";

/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("./outcome.js").Outcome} Outcome */

/**
 * @typedef {object} Column
 * @property {string} name part of the key of its heading, and what the address remembers
 * @property {(outcome: Outcome, names: string[]) => string|number|null} value what it is sorted by
 * @property {(outcome: Outcome, names: string[], language: Language) => string} text
 */

/** @param {number|null} exponent of what arrives @param {Language} language */
export const shareText = (exponent, language) => (exponent === null || Number.isNaN(exponent) ? "—" : exponent === Infinity ? "∞" : language.number(10 ** exponent));

/** @type {Column[]} */
const COLUMNS = [
  { name: "model", value: ({ model }) => model, text: ({ model }, names) => names[model] },
  { name: "length", value: ({ length }) => length, text: ({ length }, _, { integer }) => integer(length) },
  { name: "seed", value: ({ seed }) => seed, text: ({ seed }) => String(seed) },
  { name: "state", value: ({ run }) => run.state, text: ({ run }, _, { t }) => t(`compare.state.${run.state}`) },
  { name: "step", value: ({ run }) => run.step, text: ({ run }, _, { integer }) => integer(run.step) },
  { name: "loss", value: ({ row }) => row?.loss ?? null, text: ({ row }, _, { number }) => number(row?.loss ?? null) },
  { name: "metric", value: ({ row }) => row?.metric ?? null, text: ({ row }, _, { number }) => number(row?.metric ?? null, 3) },
  {
    name: "before",
    value: ({ run, row }) => (row ? retentionOf(run, row, "before") : null),
    text: ({ run, row }, _, language) => shareText(row ? retentionOf(run, row, "before") : null, language),
  },
  {
    name: "after",
    value: ({ run, row, over }) => (row && over ? retentionOf(run, row, "after") : null),
    text: ({ run, row, over }, _, language) => shareText(row && over ? retentionOf(run, row, "after") : null, language),
  },
  { name: "seconds", value: ({ row }) => row?.seconds ?? null, text: ({ row }, _, { number }) => number(row?.seconds ?? null) },
];

/**
 * @param {Outcome[]} outcomes @param {string} sort name of a column, with a minus where it descends
 * @param {string[]} names of the models
 * @returns {Outcome[]} what has no value comes last, whichever way
 */
export function sorted(outcomes, sort, names) {
  const column = COLUMNS.find(({ name }) => name === sort.replace("-", ""));
  if (!column) return outcomes;
  const way = sort.startsWith("-") ? -1 : 1;
  return [...outcomes].sort((one, other) => {
    const [a, b] = [column.value(one, names), column.value(other, names)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return way * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
  });
}

/**
 * @param {HTMLTableElement} table @param {Language} language
 * @param {(sort: string) => void} onSort @param {(outcome: Outcome) => string} linkTo the Lab
 */
export function createTable(table, language, onSort, linkTo) {
  const { t } = language;
  let shown = "";
  const buttons = COLUMNS.map(({ name }) =>
    el("button", { type: "button", class: "sort", onclick: () => onSort(shown === name ? `-${name}` : name) }, t(`compare.column.${name}`)),
  );
  const headings = buttons.map((button) => el("th", { scope: "col" }, button));
  const body = el("tbody");
  table.append(el("thead", {}, el("tr", {}, ...headings, el("th", { scope: "col" }, el("span", { class: "visually-hidden" }, t("compare.column.open"))))), body);
  /** @type {Map<string, {row: HTMLTableRowElement, cells: HTMLElement[]}>} */
  const rows = new Map();

  /** @param {Outcome} outcome @param {string[]} names */
  const rowOf = (outcome, names) => {
    const known = rows.get(outcome.run.id);
    if (known) return known;
    const cells = COLUMNS.map(() => el("td"));
    const name = t("compare.open", { model: names[outcome.model], length: language.integer(outcome.length), seed: outcome.seed });
    const link = el("a", { href: linkTo(outcome), "aria-label": name }, t("compare.column.open"));
    const made = { row: el("tr", {}, ...cells, el("td", {}, link)), cells };
    rows.set(outcome.run.id, made);
    return made;
  };

  return {
    /** @param {Outcome[]} outcomes @param {string} sort @param {string[]} names */
    show(outcomes, sort, names) {
      shown = sort;
      headings.forEach((heading, at) => {
        const mine = sort.replace("-", "") === COLUMNS[at].name;
        heading.setAttribute("aria-sort", !mine ? "none" : sort.startsWith("-") ? "descending" : "ascending");
      });
      const order = sorted(outcomes, sort, names).map((outcome) => {
        const { row, cells } = rowOf(outcome, names);
        row.dataset.state = outcome.solved ? "solved" : outcome.run.state;
        COLUMNS.forEach((column, at) => setText(cells[at], column.text(outcome, names, language)));
        return row;
      });
      // Moving rows that are where they should be would take the focus from a link.
      if (order.some((row, at) => body.children[at] !== row)) body.replaceChildren(...order);
    },
    clear() {
      rows.clear();
      body.replaceChildren();
    },
  };
}
