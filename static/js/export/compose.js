/**
 * A figure as a picture that stands alone: what it is, of what, when, and which line is which, around
 * the drawing itself. Pure: strings in, one SVG document out.
 */

import { DASHES, SYMBOLS } from "../marks.js";
import { escapeXml } from "./svg-context.js";

/** @typedef {{colour: string, dash: string, symbol: string, width?: number}} Look */
/**
 * @typedef {object} Frame what stands around a drawing
 * @property {string} title
 * @property {string} subtitle
 * @property {string} source
 * @property {Array<{label: string, look: Look}>} legend
 * @property {{ground: string, ink: string, soft: string}} colours
 * @property {string} font
 */
/** @typedef {{width: number, height: number, markup: string}} Drawing */
/** @typedef {{svg: string, width: number, height: number}} Picture */

export const WIDTH = 960;
const EDGE = 24;
const TEXT = 13;
const KEY = 34;
/** Mean width of a letter in shares of its size; a legend only needs to be about right. */
const LETTER = 0.56;

/**
 * @param {number} x @param {number} y @param {string} words @param {string} colour
 * @param {{size?: number, weight?: number, anchor?: string}} [style]
 */
export function label(x, y, words, colour, { size = TEXT, weight = 400, anchor = "start" } = {}) {
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${colour}">${escapeXml(words)}</text>`;
}

/** @param {Look} look @param {number} x @param {number} y middle */
export function key({ colour, dash, symbol, width = 2.25 }, x, y) {
  const hollow = symbol.endsWith("-open");
  const line = `<line x1="1" x2="33" stroke="${colour}" stroke-width="${width}" stroke-dasharray="${DASHES[dash] ?? ""}"/>`;
  const mark = `<path d="${SYMBOLS[symbol] ?? SYMBOLS.circle}" transform="translate(17 0)" fill="${hollow ? "none" : colour}" stroke="${colour}" stroke-width="${hollow ? 1.5 : 0}"/>`;
  return `<g transform="translate(${x} ${y})">${line}${symbol ? mark : ""}</g>`;
}

/** @param {import("../charts/draw.js").SvgNode} node @returns {string} */
export function markupOf({ name, attributes, children }) {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`);
  const inside = children.map((child) => (typeof child === "string" ? escapeXml(child) : markupOf(child)));
  return `<${name}${written.join("")}>${inside.join("")}</${name}>`;
}

/**
 * Entries in rows, as many to a row as fit.
 * @param {Frame["legend"]} legend
 * @returns {Array<{x: number, row: number, label: string, look: Look}>}
 */
export function flow(legend) {
  let x = EDGE;
  let row = 0;
  return legend.map((entry) => {
    const needs = KEY + 8 + entry.label.length * TEXT * LETTER + 24;
    if (x > EDGE && x + needs > WIDTH - EDGE) {
      x = EDGE;
      row += 1;
    }
    const placed = { ...entry, x, row };
    x += needs;
    return placed;
  });
}

/**
 * Text in as many lines as it needs, broken between its parts.
 * @param {string} text parts with " · " between @param {number} most letters in a line
 * @returns {string[]}
 */
export function lines(text, most) {
  return text.split(" · ").reduce((/** @type {string[]} */ done, part) => {
    const last = done[done.length - 1];
    if (last === undefined || last.length + 3 + part.length > most) return [...done, part];
    return [...done.slice(0, -1), `${last} · ${part}`];
  }, []);
}

/** @param {Frame} frame @param {Drawing} drawing @returns {Picture} */
export function compose(frame, drawing) {
  const { ground, ink, soft } = frame.colours;
  const placed = flow(frame.legend);
  const rows = placed.length ? placed[placed.length - 1].row + 1 : 0;
  const about = lines(frame.subtitle, Math.floor((WIDTH - 2 * EDGE) / (TEXT * LETTER)));
  const head = 60 + 20 * about.length;
  const top = head - 2 + rows * 22;
  const height = Math.ceil(top + drawing.height + 34);
  const parts = [
    `<rect width="${WIDTH}" height="${height}" fill="${ground}"/>`,
    label(EDGE, 36, frame.title, ink, { size: 20, weight: 600 }),
    ...about.map((words, at) => label(EDGE, 60 + 20 * at, words, soft)),
    ...placed.flatMap(({ x, row, label: words, look }) => [
      key(look, x, head + row * 22),
      label(x + KEY + 8, head + 4 + row * 22, words, ink),
    ]),
    `<g transform="translate(${Math.round((WIDTH - drawing.width) / 2)} ${top})">${drawing.markup}</g>`,
    label(WIDTH - EDGE, height - 14, frame.source, soft, { size: 11, anchor: "end" }),
  ];
  const open = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="${escapeXml(frame.font)}">`;
  return { svg: `${open}<title>${escapeXml(frame.title)}</title>${parts.join("")}</svg>`, width: WIDTH, height };
}
