/** Paints activations unit by unit, and frames the chosen unit. */

import { unitPixels } from "../charts/units.js";
import { prepare } from "./canvas.js";

/** @typedef {import("../charts/units.js").UnitScale} UnitScale */
/** @typedef {import("../types.js").Decoded} Decoded */

/** @param {HTMLCanvasElement} canvas */
export function createUnitPainter(canvas) {
  const small = document.createElement("canvas"); // one pixel per value; the browser scales it
  /** @type {Decoded|null} */
  let painted = null;
  let look = "";

  return {
    clear() {
      canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
    },

    /**
     * @param {Decoded} values @param {UnitScale} scale @param {number} length
     * @param {number} unit chosen, from 1 @param {{left: number, right: number}} margins
     * @param {string} ink
     */
    paint(values, scale, length, unit, margins, ink) {
      const prepared = prepare(canvas);
      if (!prepared) return;
      const { context, width, height } = prepared;
      const now = `${length} ${scale.low} ${scale.high} ${scale.colours.join()}`;
      if (values !== painted || now !== look) {
        painted = values;
        look = now;
        small.width = length;
        small.height = values.columns;
        const pixels = /** @type {Uint8ClampedArray<ArrayBuffer>} */ (unitPixels(values, scale, length));
        small.getContext("2d")?.putImageData(new ImageData(pixels, length, values.columns), 0, 0);
      }
      const span = width - margins.left - margins.right;
      context.clearRect(0, 0, width, height);
      context.imageSmoothingEnabled = false;
      context.drawImage(small, margins.left, 0, span, height);
      const row = height / values.columns;
      const top = (Math.min(unit, values.columns) - 1) * row;
      context.strokeStyle = ink;
      context.lineWidth = 1.5;
      context.strokeRect(margins.left - 0.75, Math.max(0.75, top), span + 1.5, Math.min(row, height - top - 0.75));
      context.fillStyle = ink;
      context.beginPath(); // a little hand in the gutter, for rows that are only pixels high
      context.moveTo(margins.left - 3, top + row / 2);
      context.lineTo(margins.left - 10, top + row / 2 - 4);
      context.lineTo(margins.left - 10, top + row / 2 + 4);
      context.fill();
    },
  };
}
