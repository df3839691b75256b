/** What is inside a network as SVG drawings: its gates unit by unit, and the diagram of a cell. */

import { unitPixels, unitScale } from "../charts/units.js";
import { readProbe } from "../typed-array.js";
import { CELLS, GATES } from "../visual.js";
import { label } from "./compose.js";
import { HEAD, MARGINS, pixelImage, SPAN, timeLabels } from "./parts.js";
import { escapeXml } from "./svg-context.js";

/** @typedef {import("../types.js").Scene} Scene */
/** @typedef {import("./compose.js").Drawing} Drawing */

const STRIP = 72;
/** Height of the diagram's viewBox becomes this many pixels per unit. */
const MAGNIFIED = 1.5;
const LINE = 26;

/** @param {Scene} scene @returns {Drawing} a strip per gate, a row per unit */
export function unitsDrawing({ view, gates, surroundings: { palette, language } }) {
  const shown = view.runs[gates];
  const soft = palette["ink-soft"];
  if (!shown.probed?.probe) return { width: SPAN, height: 40, markup: label(0, 20, language.t("summary.empty"), soft) };
  const { units } = readProbe(shown.probed.probe);
  const [x, width] = [HEAD + MARGINS.left, SPAN - HEAD - MARGINS.left - MARGINS.right];
  /** @type {string[]} */
  const parts = [];
  let y = 0;
  for (const name of CELLS[shown.cell].gates) {
    const gate = GATES[name];
    const scale = unitScale(units[name], palette[gate.token], palette, gate.low < 0);
    const stops = scale.colours.map((colour, at) => `<stop offset="${at / (scale.colours.length - 1)}" stop-color="${colour}"/>`);
    parts.push(
      label(0, y + 14, language.t(`gate.${name}`), palette.ink),
      `<defs><linearGradient id="units-${name}">${stops.join("")}</linearGradient></defs>`,
      `<rect x="0" y="${y + 26}" width="90" height="9" fill="url(#units-${name})" stroke="${palette.line}"/>`,
      label(0, y + 50, language.number(scale.low), soft, { size: 11 }),
      label(90, y + 50, language.number(scale.high), soft, { size: 11, anchor: "end" }),
      label(x - 8, y + 11, "1", soft, { size: 11, anchor: "end" }),
      label(x - 8, y + STRIP, language.integer(units[name].columns), soft, { size: 11, anchor: "end" }),
      pixelImage(unitPixels(units[name], scale, view.length), view.length, units[name].columns, { x, y, width, height: STRIP }),
    );
    y += STRIP + 12;
  }
  parts.push(...timeLabels(HEAD, y + 8, language, view.length, soft, language.t("axis.timestep")));
  return { width: SPAN, height: y + 20, markup: parts.join("") };
}

/** How a shape looks, as the style sheets of the page say. */
const LOOK = [
  ...["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap", "paint-order"],
  ...["font-family", "font-size", "font-style", "font-weight", "text-anchor"],
];

/**
 * The diagram as it stands on the page, with its equations. It takes its style along: a picture has
 * no style sheet.
 * @param {Scene} scene @returns {Drawing}
 */
export function cellDrawing({ view, cell, surroundings: { palette } }) {
  const diagram = document.querySelector(`#cell [data-diagram=${view.runs[cell].cell}]`);
  const original = diagram?.querySelector("svg");
  if (!diagram || !original) throw new Error("the page has no diagram of this cell");
  const { width, height } = original.viewBox.baseVal;
  const copy = /** @type {SVGElement} */ (original.cloneNode(true));
  const copies = [copy, ...copy.querySelectorAll("*")];
  [original, ...original.querySelectorAll("*")].forEach((element, at) => {
    const style = getComputedStyle(element);
    for (const { name } of [...copies[at].attributes]) if (/^(class|data-|aria-|role|id)/.test(name)) copies[at].removeAttribute(name);
    for (const property of LOOK) copies[at].setAttribute(property, style.getPropertyValue(property));
  });
  copy.setAttribute("width", String(width * MAGNIFIED));
  copy.setAttribute("height", String(height * MAGNIFIED));
  const bottom = height * MAGNIFIED + 10;
  const equations = [...diagram.querySelectorAll("[data-equation]")].map(
    (equation, at) => `<text x="0" y="${bottom + LINE * (at + 0.7)}" font-size="16" fill="${palette.ink}">${written(equation)}</text>`,
  );
  return { width: width * MAGNIFIED, height: bottom + LINE * equations.length, markup: new XMLSerializer().serializeToString(copy) + equations.join("") };
}

/** @param {Element} equation @returns {string} with its subscripts lowered */
function written(equation) {
  return [...equation.childNodes]
    .map((part) => {
      const text = escapeXml(part.textContent ?? "");
      // What follows stands on the line again.
      return part.nodeName === "SUB" ? `<tspan dy="4" font-size="11">${text}</tspan><tspan dy="-4">&#8203;</tspan>` : text;
    })
    .join("");
}
