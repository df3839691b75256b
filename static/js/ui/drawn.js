/** A figure in its box on the page, as SVG. */

import { drawFigure } from "../charts/draw.js";
import { svg } from "./dom.js";

/** @param {import("../charts/draw.js").SvgNode} node @returns {SVGElement} */
const build = ({ name, attributes, children }) => svg(name, attributes, ...children.map((child) => (typeof child === "string" ? child : build(child))));

/** @param {HTMLElement} box of a fixed size @param {import("../charts/layout.js").Figure} figure */
export function drawInto(box, figure) {
  const { clientWidth: width, clientHeight: height } = box;
  if (width === 0) return; // not shown
  box.replaceChildren(svg("svg", { class: "chart", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, ...drawFigure(figure, { width, height }).map(build)));
}
