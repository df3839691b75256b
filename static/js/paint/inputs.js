/** Paints the input sequence: curves, markers or symbols, one row per channel. */

import { withAlpha } from "../visual.js";
import { prepare, timeScale } from "./canvas.js";

/** @typedef {import("../charts/inputs.js").Channel} Channel */
/** @typedef {import("../types.js").Decoded} Decoded */
/** @typedef {import("../types.js").Surroundings} Surroundings */

/** @typedef {{context: CanvasRenderingContext2D, x: (t: number) => number, top: number, height: number, column: number, offset: number}} Row */

/**
 * @param {HTMLCanvasElement} canvas @param {Decoded} inputs @param {Channel[]} channels
 * @param {number[]} relevant timesteps @param {number} length @param {Surroundings} surroundings
 */
export function paintInputs(canvas, inputs, channels, relevant, length, { margins, palette, font, text }) {
  const prepared = prepare(canvas);
  if (!prepared) return;
  const { context, width, height } = prepared;
  context.clearRect(0, 0, width, height);
  const x = timeScale(width, margins, length);
  const column = (width - margins.left - margins.right) / length;
  const offset = length - inputs.rows; // a shorter sequence ends at the same last step
  const gap = channels.length > 3 ? 1 : 6;
  const each = (height - gap * (channels.length - 1)) / channels.length;
  context.fillStyle = withAlpha(palette.ink, 0.09);
  for (const t of relevant) context.fillRect(x(t + offset) - column / 2, 0, Math.max(column, 2), height);
  const size = Math.min(text, each);
  context.font = `${size}px ${font}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  channels.forEach(({ name, look, reach }, channel) => {
    const row = { context, x, top: channel * (each + gap), height: each, column, offset };
    context.fillStyle = palette["ink-soft"];
    if (size >= 8) context.fillText(name, margins.left - 8, row.top + each / 2, margins.left - 10);
    const value = (/** @type {number} */ t) => inputs.at(t, channel);
    if (look === "curve") bars(row, inputs.rows, value, inputs.low < 0, reach, palette["ink-soft"], palette.line);
    if (look === "marks") marks(row, inputs.rows, value, palette);
    if (look === "symbol") symbols(row, inputs.rows, value, reach, palette.ink, palette["surface-sunken"]);
  });
}

/**
 * @param {Row} row @param {number} steps @param {(t: number) => number} value
 * @param {boolean} signed @param {number} reach @param {string} colour @param {string} ground
 */
function bars({ context, x, top, height, column, offset }, steps, value, signed, reach, colour, ground) {
  const zero = signed ? top + height / 2 : top + height;
  const scale = (signed ? height / 2 : height) / reach;
  context.fillStyle = ground;
  context.fillRect(x(1 + offset) - column / 2, zero - 0.5, column * steps, 1);
  context.fillStyle = colour;
  const wide = Math.max(1, column * 0.6);
  for (let t = 0; t < steps; t += 1) {
    const tall = value(t) * scale;
    context.fillRect(x(t + 1 + offset) - wide / 2, Math.min(zero, zero - tall), wide, Math.max(1, Math.abs(tall)));
  }
}

/**
 * @param {Row} row @param {number} steps @param {(t: number) => number} value
 * @param {import("../types.js").Palette} palette
 */
function marks({ context, x, top, height, column, offset }, steps, value, palette) {
  const middle = top + height / 2;
  context.fillStyle = palette.line;
  context.fillRect(x(1 + offset) - column / 2, middle - 0.5, column * steps, 1);
  const reach = Math.min(height / 2, 8);
  for (let t = 0; t < steps; t += 1) {
    const mark = value(t);
    if (Math.abs(mark) < 0.5) continue;
    const at = x(t + 1 + offset);
    const tip = mark > 0 ? middle + reach : middle - reach; // −1 points up, and is hollow
    context.beginPath();
    context.moveTo(at, tip);
    context.lineTo(at - reach, 2 * middle - tip);
    context.lineTo(at + reach, 2 * middle - tip);
    context.closePath();
    context.fillStyle = palette.ink;
    context.strokeStyle = palette.ink;
    if (mark > 0) context.fill();
    else context.stroke();
  }
}

/**
 * @param {Row} row @param {number} steps @param {(t: number) => number} value @param {number} reach
 * @param {string} colour @param {string} ground
 */
function symbols({ context, x, top, height, column, offset }, steps, value, reach, colour, ground) {
  context.fillStyle = ground;
  context.fillRect(x(1 + offset) - column / 2, top, column * steps, height);
  for (let t = 0; t < steps; t += 1) {
    const share = Math.min(1, Math.abs(value(t)) / reach);
    if (share < 0.02) continue;
    context.fillStyle = withAlpha(colour, share);
    context.fillRect(x(t + 1 + offset) - column / 2, top, Math.max(1, column - (column > 4 ? 1 : 0)), height);
  }
}
