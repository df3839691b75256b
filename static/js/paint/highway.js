/** Paints one lane of the gradient highway at full rate. */

import { mix, shades, withAlpha } from "../visual.js";
import { prepare, timeScale } from "./canvas.js";

/** @typedef {import("../charts/highway.js").LaneScene} LaneScene */

/** Time in which a new frame's light replaces the old one's, and in which light crosses the lane. */
const BLEND_MS = 140;
const CROSSING_MS = 3400;
const COMETS = 4;
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
 * @property {number} length timesteps
 * @property {"up"|"down"|null} rung side on which the other lane of the same cell lies
 * @property {{left: number, right: number}} margins
 */

/**
 * Two canvases on top of each other: the lane, painted when it changes, and the comets, painted at
 * full rate. Copying the lane under the comets sixty times a second would cost more than both.
 * @param {HTMLCanvasElement} lane @param {HTMLCanvasElement} sky
 */
export function createLanePainter(lane, sky) {
  /** @type {LaneScene|null} */
  let scene = null;
  /** @type {LaneLook|null} */
  let look = null;
  /** @type {Float64Array} */
  let light = new Float64Array(0);
  /** @type {Float64Array} */
  let open = new Float64Array(0);
  /** @type {{lane: import("./canvas.js").Prepared, sky: import("./canvas.js").Prepared}|null} */
  let ground = null;
  let settled = false;
  let flying = false;
  let before = 0;

  /** @param {number} now @param {boolean} jump */
  const blend = (now, jump) => {
    if (!scene) return;
    const share = jump ? 1 : 1 - Math.exp(-(now - before) / BLEND_MS);
    let furthest = approach(light, scene.weight, share);
    if (scene.open) furthest = Math.max(furthest, approach(open, scene.open, share));
    settled = furthest < 0.004;
  };

  return {
    /** @param {LaneScene|null} next @param {LaneLook} nextLook */
    show(next, nextLook) {
      look = nextLook;
      if (next && next.weight.length !== light.length) {
        light = new Float64Array(next.weight);
        open = next.open ? new Float64Array(next.open) : new Float64Array(next.weight.length);
      }
      scene = next;
      settled = false;
    },

    /** Take the size on screen; apart from the rest, because reading a size may cost a layout. */
    measure() {
      settled = false;
      const prepared = { lane: prepare(lane), sky: prepare(sky) };
      ground = prepared.lane && prepared.sky ? { lane: prepared.lane, sky: prepared.sky } : null;
    },

    /**
     * @param {number} now milliseconds
     * @param {boolean} moving false: a still picture, no comets
     * @returns {boolean} whether the picture would change if painted again
     */
    paint(now, moving) {
      if (!ground || !look) return false;
      const { context, width, height } = ground.lane;
      if (!settled) {
        blend(now, !moving || now - before > 1000);
        context.clearRect(0, 0, width, height);
        paintStill(context, width, height, scene, light, open, look);
        if (!scene) settled = true;
      }
      before = now;
      if (moving || flying) ground.sky.context.clearRect(0, 0, width, height);
      flying = moving && scene !== null;
      if (flying) paintComets(ground.sky.context, width, height, light, look, now);
      return flying || !settled;
    },
  };
}

/**
 * Move values towards their goal in place.
 * @param {Float64Array} values @param {Float64Array} goal @param {number} share
 * @returns {number} the furthest that is left to go
 */
function approach(values, goal, share) {
  let furthest = 0;
  for (let at = 0; at < values.length; at += 1) {
    values[at] += (goal[at] - values[at]) * share;
    furthest = Math.max(furthest, Math.abs(goal[at] - values[at]));
  }
  return furthest;
}

/**
 * A lane as it stands; also drawn for export, on a context that writes SVG.
 * @param {CanvasRenderingContext2D} context @param {number} width @param {number} height
 * @param {LaneScene|null} scene @param {Float64Array} light @param {Float64Array} open
 * @param {LaneLook} look
 */
export function paintStill(context, width, height, scene, light, open, look) {
  const length = Math.max(1, look.length);
  const x = timeScale(width, look.margins, length);
  const middle = height / 2;
  const spacing = x(2) - x(1);

  context.strokeStyle = look.line;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(look.margins.left, middle);
  context.lineTo(width - look.margins.right, middle);
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

/**
 * Pulses that leave the loss and are exactly as bright as the gradient where they are.
 * @param {CanvasRenderingContext2D} context @param {number} width @param {number} height
 * @param {Float64Array} light @param {LaneLook} look @param {number} now
 */
function paintComets(context, width, height, light, look, now) {
  const length = light.length;
  const x = timeScale(width, look.margins, length);
  const [left, right] = [x(0.5), x(length + 0.5)];
  const tail = (right - left) * 0.07;
  const tint = shades(look.ink);
  for (let number = 0; number < COMETS; number += 1) {
    const gone = (now / CROSSING_MS + number / COMETS) % 1;
    const at = right - gone * (right - left);
    const place = Math.min(length - 1, Math.floor((1 - gone) * length));
    const bright = Math.min(1, light[place]);
    if (bright < 0.03) continue;
    const middle = height / 2;
    const reach = height * (0.08 + 0.2 * bright);
    const streak = context.createLinearGradient(at, 0, at + tail, 0);
    streak.addColorStop(0, tint(0.85 * bright));
    streak.addColorStop(1, tint(0));
    context.fillStyle = streak;
    context.beginPath();
    context.moveTo(at, middle - reach * 0.28);
    context.lineTo(Math.min(right, at + tail), middle);
    context.lineTo(at, middle + reach * 0.28);
    context.fill();
    const halo = context.createRadialGradient(at, middle, 0, at, middle, reach);
    halo.addColorStop(0, tint(bright));
    halo.addColorStop(0.3, tint(0.55 * bright));
    halo.addColorStop(1, tint(0));
    context.fillStyle = halo;
    context.fillRect(at - reach, middle - reach, 2 * reach, 2 * reach);
  }
}
