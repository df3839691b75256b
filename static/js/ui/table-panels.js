/** "Show as a table" of each figure of the Lab. */

import { TABLES } from "../tables.js";
import { createFigureTable } from "./figure-table.js";

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
  const table = createFigureTable(figure, wake);
  return {
    element: table.element,
    heavy: true,
    key: ({ shown, timestep, scale, gates, cell, unit, transports, tried, view, surroundings }) =>
      table.open
        ? `${shown}|${figure === "cell" ? timestep : ""}|${figure === "try" ? tried?.version : ""}|${scale}|${gates}|${cell}|${unit}|${transports.version}|${view.length}|${surroundings.version}`
        : "closed",
    draw(scene) {
      if (table.open) table.show(TABLES[figure](scene));
    },
  };
}
