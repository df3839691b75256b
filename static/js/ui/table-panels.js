/** "Show as a table" of each figure: built when opened, and kept up to date while it is. */

import { TABLES } from "../tables.js";
import { byId, el, setText } from "./dom.js";

/** @typedef {import("../tables.js").Table} Table */
/** @typedef {import("../types.js").Scene} Scene */

/**
 * @param {() => void} wake
 * @returns {Array<import("../scheduler.js").Panel<Scene>>}
 */
export function tablePanels(wake) {
  return Object.keys(TABLES).map((figure) => tablePanel(figure, wake));
}

/** @param {string} figure @param {() => void} wake @returns {import("../scheduler.js").Panel<Scene>} */
function tablePanel(figure, wake) {
  const details = byId(`${figure}-table`, HTMLDetailsElement);
  const room = /** @type {HTMLElement} */ (details.querySelector(".table-room"));
  /** @type {string} */
  let written = "";
  details.addEventListener("toggle", () => {
    if (!details.open) room.replaceChildren();
    written = "";
    wake();
  });
  return {
    element: details,
    heavy: true,
    key: ({ shown, timestep, scale, gates, cell, unit, transports, view, surroundings }) =>
      details.open
        ? `${shown}|${figure === "cell" ? timestep : ""}|${scale}|${gates}|${cell}|${unit}|${transports.version}|${view.length}|${surroundings.version}`
        : "closed",
    draw(scene) {
      if (!details.open) return;
      const table = TABLES[figure](scene);
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
