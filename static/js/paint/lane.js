/**
 * One lane of the gradient highway as it stands: road, light and cells of the unrolled network. Drawn
 * on a canvas, and for export on a context that writes SVG.
 */

import { mix, shades, withAlpha } from "../visual.js";
import { timeScale } from "./canvas.js";

/** @typedef {import("../charts/highway.js").LaneScene} LaneScene */

/** Half width of a lane at full light, in shares of the canvas height. */
const CORE = 0.085;
/** The glow is many wide and faint ribbons: soft in every browser, and painted once per frame. */
const GLOW = [
  ...Array.from({ length: 9 }, (_, at) => ({ spread: 5.2 - at * 0.45, alpha: 0.035 + at * 0.004 })),
  { spread: 1, alpha: 0.9 },
];
/** Distance between timesteps below which cells are ticks instead of circles. */
const ROOM_FOR_CELLS = 10;

/**
 * @typedef {object} LaneLook
 * @property {string} colour
 * @property {string|null} gateColour
 * @property {string} line colour of what carries no light
 * @property {string} night background
 * @property {string} ink
 * @property {number} axis timesteps of the page's time axis
 * @property {number} length timesteps of this lane, which ends where the axis does
 * @property {"up"|"down"|null} rung side on which the other lane of the same cell lies
 * @property {{left: number, right: number}} margins
 */

/**
 * Centre of the lane's own timestep t: all sequences end at the same last step, where the loss is.
 * @param {number} width @param {LaneLook} look
 * @returns {(t: number) => number}
 */
export function laneScale(width, { axis, length, margins }) {
  const x = timeScale(width, margins, axis);
  return (t) => x(axis - length + t);
}

/**
 * @param {CanvasRenderingContext2D} context @param {number} width @param {number} height
 * @param {LaneScene|null} scene @param {Float64Array} light @param {Float64Array} open
 * @param {LaneLook} look
 */
export function paintStill(context, width, height, scene, light, open, look) {
  const { length } = look;
  const x = laneScale(width, look);
  const middle = height / 2;
  const spacing = x(2) - x(1);

  context.strokeStyle = look.line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x(0.5), middle);
  context.lineTo(x(length + 0.5), middle);
  context.stroke();

  if (look.rung && spacing >= ROOM_FOR_CELLS) paintRungs(context, x, length, middle, look, height);
  if (scene?.open && look.gateColour) paintRoad(context, x, open, middle, height, look.gateColour);
  if (scene) paintLight(context, x, light, middle, height, look);
  context.fillStyle = withAlpha(look.ink, scene ? 0.75 : 0.3);
  context.fillRect(x(length + 0.5), height * 0.08, 2, height * 0.84); // the loss
  paintCells(context, x, scene, light, middle, spacing, look);
}

/**
 * The two edges of the road: as far apart as the gate is open.
 * @param {CanvasRenderingContext2D} context @param {(t: number) => number} x
 * @param {Float64Array} open @param {number} middle @param {number} height @param {string} colour
 */
function paintRoad(context, x, open, middle, height, colour) {
  const reach = (/** @type {number} */ at) => height * (0.06 + 0.4 * open[at]);
  context.fillStyle = withAlpha(colour, 0.09);
  context.beginPath();
  for (let at = 0; at < open.length; at += 1) context.lineTo(x(at + 1), middle - reach(at));
  for (let at = open.length - 1; at >= 0; at -= 1) context.lineTo(x(at + 1), middle + reach(at));
  context.fill();
  context.strokeStyle = withAlpha(colour, 0.75);
  context.lineWidth = 1.25;
  for (const side of [-1, 1]) {
    context.beginPath();
    for (let at = 0; at < open.length; at += 1) context.lineTo(x(at + 1), middle + side * reach(at));
    context.stroke();
  }
}

/**
 * The light: a ribbon as wide and as bright as the gradient, with a glow around it.
 * @param {CanvasRenderingContext2D} context @param {(t: number) => number} x
 * @param {Float64Array} light @param {number} middle @param {number} height @param {LaneLook} look
 */
function paintLight(context, x, light, middle, height, look) {
  const length = light.length;
  const [left, right] = [x(0.5), x(length + 0.5)];
  const edge = (/** @type {number} */ at) => light[Math.min(length - 1, Math.max(0, at))];
  for (const { spread, alpha } of GLOW) {
    const shade = context.createLinearGradient(left, 0, right, 0);
    const tint = shades(look.colour);
    for (let at = 0; at < length; at += 1) {
      // A faint thread stays visible as long as there is any gradient at all.
      const bright = light[at] > 0 ? Math.min(1, 0.08 + 0.92 * light[at]) : 0;
      shade.addColorStop((at + 0.5) / length, tint(alpha * bright));
    }
    context.fillStyle = shade;
    context.beginPath();
    const half = (/** @type {number} */ at) => (light[at] > 0 ? height * CORE * spread * Math.max(0.06, edge(at)) : 0);
    context.moveTo(left, middle - half(0));
    for (let at = 0; at < length; at += 1) context.lineTo(x(at + 1), middle - half(at));
    context.lineTo(right, middle - half(length - 1));
    context.lineTo(right, middle + half(length - 1));
    for (let at = length - 1; at >= 0; at -= 1) context.lineTo(x(at + 1), middle + half(at));
    context.lineTo(left, middle + half(0));
    context.fill();
  }
}

/**
 * The cells of the unrolled network: circles while there is room, ticks after that.
 * @param {CanvasRenderingContext2D} context @param {(t: number) => number} x
 * @param {LaneScene|null} scene null: no light anywhere yet
 * @param {Float64Array} light @param {number} middle @param {number} spacing @param {LaneLook} look
 */
function paintCells(context, x, scene, light, middle, spacing, look) {
  const roomy = spacing >= ROOM_FOR_CELLS;
  const radius = Math.min(6, spacing * 0.27);
  const tint = shades(look.colour);
  const every = roomy ? 1 : spacing >= 4 ? 5 : 10;
  for (let at = 0; at < look.length; at += 1) {
    const t = at + 1;
    const mark = scene?.mark[at] ?? 0;
    if (mark === 2) {
      paintOverflow(context, x(t), middle, look.colour);
    } else if (roomy) {
      // A lit cell is filled with its own light; one that nothing reaches is an empty circle.
      const bright = scene ? Math.min(1, light[at]) : 0;
      context.beginPath();
      context.arc(x(t), middle, radius, 0, 2 * Math.PI);
      context.fillStyle = look.night;
      context.fill();
      context.fillStyle = withAlpha(mix(look.colour, look.ink, 0.45 * bright), bright);
      context.fill();
      context.lineWidth = 1.25;
      context.strokeStyle = bright > 0.05 ? tint(0.25 + 0.75 * bright) : look.line;
      context.stroke();
    } else if (t === 1 || t % every === 0) {
      context.fillStyle = scene ? withAlpha(look.night, 0.7) : look.line;
      context.fillRect(x(t) - 0.5, middle - 5, 1, 10);
    }
    if (mark === 1) paintZero(context, x(t), middle, Math.min(3.5, Math.max(1.5, spacing * 0.3)), look.line);
  }
}

/**
 * @param {CanvasRenderingContext2D} context @param {(t: number) => number} x @param {number} length
 * @param {number} middle @param {LaneLook} look @param {number} height
 */
function paintRungs(context, x, length, middle, look, height) {
  context.strokeStyle = withAlpha(look.line, 0.6);
  context.lineWidth = 1;
  context.beginPath();
  for (let t = 1; t <= length; t += 1) {
    context.moveTo(x(t), middle);
    context.lineTo(x(t), look.rung === "down" ? height : 0);
  }
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} size @param {string} colour */
function paintZero(context, x, y, size, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x - size, y - size);
  context.lineTo(x + size, y + size);
  context.moveTo(x + size, y - size);
  context.lineTo(x - size, y + size);
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {string} colour */
function paintOverflow(context, x, y, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x, y - 12);
  context.lineTo(x + 4, y - 4);
  context.lineTo(x - 4, y - 4);
  context.fill();
}
