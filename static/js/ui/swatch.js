/** The little piece of line that says which line is meant: colour, dash and marker. */

import { DASHES, SYMBOLS } from "../marks.js";
import { svg } from "./dom.js";

/**
 * @param {{colour: string, dash: string, symbol: string, width?: number}} look without a symbol: a
 *   line that has no markers
 * @returns {SVGElement}
 */
export function swatch({ colour, dash, symbol, width = 2.25 }) {
  const hollow = symbol.endsWith("-open");
  return svg(
    "svg",
    { class: "swatch", viewBox: "0 0 34 12", width: 34, height: 12, "aria-hidden": "true" },
    svg("line", { x1: 1, y1: 6, x2: 33, y2: 6, stroke: colour, "stroke-width": width, "stroke-dasharray": DASHES[dash] ?? "" }),
    symbol !== "" && svg("path", {
      d: SYMBOLS[symbol] ?? SYMBOLS.circle,
      transform: "translate(17 6)",
      fill: hollow ? "none" : colour,
      stroke: colour,
      "stroke-width": hollow ? 1.5 : 0,
    }),
  );
}
