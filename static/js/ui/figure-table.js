/** "Show as a table" of one figure: there while it is open, with a reader's place in it kept. */

import { byId, el, setText } from "./dom.js";

/** @typedef {import("../tables.js").Table} Table */

/** @param {string} figure whose template has the place for it @param {() => void} wake it was opened or closed */
export function createFigureTable(figure, wake) {
  const details = byId(`${figure}-table`, HTMLDetailsElement);
  const room = /** @type {HTMLElement} */ (details.querySelector(".table-room"));
  let written = "";
  details.addEventListener("toggle", () => {
    if (!details.open) room.replaceChildren();
    written = "";
    wake();
  });
  return {
    element: details,
    get open() {
      return details.open;
    },
    /** @param {Table} table */
    show(table) {
      const shape = JSON.stringify([table.head, table.rows.length]);
      const known = room.querySelector("table");
      // The same table with other numbers: a reader's place in it is kept.
      if (known && shape === written) fill(known, table);
      else room.replaceChildren(build(table));
      written = shape;
    },
  };
}

/** @param {Table} table */
function build({ caption, head, rows }) {
  return el(
    "table",
    {},
    el("caption", {}, caption),
    el("thead", {}, el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, ...rows.map(([name, ...values]) => el("tr", {}, el("th", { scope: "row" }, name), ...values.map((text) => el("td", {}, text))))),
  );
}

/** @param {HTMLTableElement} known @param {Table} table */
function fill(known, { caption, rows }) {
  if (known.caption) setText(known.caption, caption);
  rows.forEach((row, at) => row.forEach((text, column) => setText(known.tBodies[0].rows[at].cells[column], text)));
}
