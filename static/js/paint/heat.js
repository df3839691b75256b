/** Paints the gradient through training: rows are added as frames come, nothing is redrawn. */

import { heatPlace, heatRow } from "../charts/heat.js";
import { prepare } from "./canvas.js";

/** @typedef {import("../types.js").Frame} Frame */
/** @typedef {import("../types.js").LaneName} LaneName */

/**
 * @param {HTMLCanvasElement} canvas
 */
export function createHeatPainter(canvas) {
  // One pixel per timestep and frame; the browser scales it. Grows by doubling.
  const rows = document.createElement("canvas");
  /** @type {Frame|null} */
  let first = null;
  let painted = 0;

  /** @param {Frame[]} log @param {LaneName} lane @param {number} length */
  const addRows = (log, lane, length) => {
    if (log[0] !== first || rows.width !== length || log.length < painted) {
      first = log[0] ?? null;
      painted = 0;
      rows.width = length;
      rows.height = 64;
    }
    const context = rows.getContext("2d", { willReadFrequently: true });
    if (!context) return;
    if (log.length > rows.height) {
      const kept = painted ? context.getImageData(0, 0, length, painted) : null;
      rows.height = 2 ** Math.ceil(Math.log2(log.length));
      if (kept) context.putImageData(kept, 0, 0);
    }
    for (; painted < log.length; painted += 1) {
      const pixels = /** @type {Uint8ClampedArray<ArrayBuffer>} */ (heatRow(log[painted], lane, length));
      context.putImageData(new ImageData(pixels, length, 1), 0, painted);
    }
  };

  return {
    /**
     * @param {Frame[]} log @param {number} count rows to show
     * @param {LaneName} lane @param {number} length @param {number} end
     * @param {number} step where the training-step clock stands
     * @param {{left: number, right: number}} margins @param {string} clockColour
     */
    paint(log, count, lane, length, end, step, margins, clockColour) {
      const prepared = prepare(canvas);
      if (!prepared) return;
      const { context, width, height } = prepared;
      context.clearRect(0, 0, width, height);
      if (count === 0) return;
      addRows(log, lane, length);
      const span = width - margins.left - margins.right;
      context.imageSmoothingEnabled = false;
      // Runs of equally spaced frames are scaled in one go; only the last frame's spacing differs.
      const { top } = heatPlace(log, 0, end);
      const { top: lastTop, height: lastHeight } = heatPlace(log, count - 1, end);
      const even = count - 1;
      if (even > 0) {
        context.drawImage(rows, 0, 0, length, even, margins.left, top * height, span, (lastTop - top) * height);
      }
      context.drawImage(rows, 0, even, length, 1, margins.left, lastTop * height, span, Math.max(1, lastHeight * height));
      const y = Math.min(height - 1, Math.max(1, (step / end) * height));
      context.fillStyle = clockColour;
      context.fillRect(margins.left - 6, y - 1, span + 6 + Math.min(6, margins.right), 2);
    },
  };
}
