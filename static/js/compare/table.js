/** Every run of a grid as a row of a table that can be sorted by any column. */

import { el, setText } from "../ui/dom.js";
import { retentionOf } from "./outcome.js";
import { reasonKey } from "./progress.js";

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
    value: ({ run, row, measured }) => (row && measured ? retentionOf(run, row, "after") : null),
    text: ({ run, row, measured }, _, language) => shareText(row && measured ? retentionOf(run, row, "after") : null, language),
  },
  { name: "seconds", value: ({ row }) => row?.seconds ?? null, text: ({ row }, _, { number }) => number(row?.seconds ?? null) },
];

/** Rows that are built unless more are asked for: five hundred take a tenth of a second to be sorted. */
const ROWS = 100;

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
 * @param {HTMLTableElement} table @param {{place: HTMLElement, shown: HTMLElement, more: HTMLElement}} rest says how many rows there are, and shows them
 * @param {Language} language @param {(sort: string) => void} onSort @param {() => void} wake
 * @param {{to: (outcome: Outcome) => string, follow: (outcome: Outcome, event: MouseEvent) => void}} lab the link of a run
 */
export function createTable(table, rest, language, onSort, wake, lab) {
  const { t, has } = language;
  let shown = "";
  let named = "";
  let most = ROWS;
  rest.more.addEventListener("click", () => {
    most = Infinity;
    body.rows[body.rows.length - 1]?.querySelector("a")?.focus(); // the button goes away
    wake();
  });
  const buttons = COLUMNS.map(({ name }) =>
    el("button", { type: "button", class: "sort", onclick: () => onSort(shown === name ? `-${name}` : name) }, t(`compare.column.${name}`)),
  );
  const headings = buttons.map((button) => el("th", { scope: "col" }, button));
  const body = el("tbody");
  const last = el("th", { scope: "col" }, el("span", { class: "visually-hidden" }, t("compare.column.open")));
  const columns = el("colgroup", {}, ...COLUMNS.map(({ name }) => el("col", { class: `column-${name}` })), el("col", { class: "column-open" }));
  table.append(columns, el("thead", {}, el("tr", {}, ...headings, last)), body);
  /** @type {Map<string, {row: HTMLTableRowElement, cells: HTMLElement[], shown: Outcome|null}>} */
  const rows = new Map();

  /** @param {Outcome} outcome @param {string[]} names */
  const rowOf = (outcome, names) => {
    const known = rows.get(outcome.run.id);
    if (known) return known;
    const cells = COLUMNS.map(() => el("td"));
    const name = t("compare.open", { model: names[outcome.model], length: language.integer(outcome.length), seed: outcome.seed });
    const follow = (/** @type {MouseEvent} */ event) => lab.follow(made.shown ?? outcome, event);
    const link = el("a", { href: lab.to(outcome), "aria-label": name, onclick: follow }, t("compare.column.open"));
    const made = { row: el("tr", {}, ...cells, el("td", {}, link)), cells, shown: /** @type {Outcome|null} */ (null) };
    rows.set(outcome.run.id, made);
    return made;
  };

  return {
    /** Changes with the rows that are wanted. */
    get version() {
      return most;
    },
    /** @param {Outcome[]} outcomes @param {string} sort @param {string[]} names */
    show(outcomes, sort, names) {
      // What the runs of another comparison were called is not what these are called.
      if (names.join("\n") !== named) {
        rows.clear();
        most = ROWS;
      }
      named = names.join("\n");
      rest.place.hidden = outcomes.length <= most;
      const n = language.integer(outcomes.length);
      setText(rest.shown, t("compare.rows-shown", { shown: language.integer(ROWS), n }));
      setText(rest.more, t("compare.all-rows", { n }));
      shown = sort;
      headings.forEach((heading, at) => {
        const mine = sort.replace("-", "") === COLUMNS[at].name;
        heading.setAttribute("aria-sort", !mine ? "none" : sort.startsWith("-") ? "descending" : "ascending");
      });
      const order = sorted(outcomes, sort, names).slice(0, most).map((outcome) => {
        const made = rowOf(outcome, names);
        // Of hundreds of runs few have news.
        if (made.shown?.run === outcome.run && made.shown.row === outcome.row) return made.row;
        made.shown = outcome;
        made.row.dataset.state = outcome.solved ? "solved" : outcome.run.state;
        if (outcome.run.state === "failed") made.row.title = t(reasonKey(outcome.run.error?.code ?? "", has));
        COLUMNS.forEach((column, at) => setText(made.cells[at], column.text(outcome, names, language)));
        return made.row;
      });
      if (body.childElementCount === order.length && order.every((row, at) => body.children[at] === row)) return;
      const focused = body.contains(document.activeElement) ? document.activeElement : null;
      body.replaceChildren(...order);
      if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
    },
  };
}
