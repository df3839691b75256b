/** What the drawings of figures have in common: their measures, the time axis, images of pixels. */

import { label, WIDTH } from "./compose.js";

/** Width of a drawing, of the names at its left, and beside its time axis. */
export const SPAN = WIDTH - 48;
export const HEAD = 150;
export const MARGINS = { left: 64, right: 20 };

/**
 * @param {number} left @param {number} y @param {import("../types.js").Language} language @param {number} length
 * @param {string} colour @param {string} between
 */
export function timeLabels(left, y, language, length, colour, between) {
  return [
    label(left + MARGINS.left, y, "t = 1", colour, { size: 12 }),
    label((left + MARGINS.left + SPAN - MARGINS.right) / 2, y, between, colour, { size: 12, anchor: "middle" }),
    label(SPAN - MARGINS.right, y, language.t("highway.last", { t: language.integer(length) }), colour, { size: 12, anchor: "end" }),
  ];
}

/**
 * @param {Uint8ClampedArray} pixels RGBA @param {number} columns @param {number} rows
 * @param {{x: number, y: number, width: number, height: number}} place
 */
export function pixelImage(pixels, columns, rows, place) {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  canvas.getContext("2d")?.putImageData(new ImageData(/** @type {Uint8ClampedArray<ArrayBuffer>} */ (pixels), columns, rows), 0, 0);
  return imageAt(canvas, place);
}

/** @param {HTMLCanvasElement} canvas @param {{x: number, y: number, width: number, height: number}} place */
export function imageAt(canvas, { x, y, width, height }) {
  return `<image x="${x}" y="${y}" width="${width}" height="${height}" preserveAspectRatio="none" image-rendering="pixelated" xlink:href="${canvas.toDataURL("image/png")}"/>`;
}
