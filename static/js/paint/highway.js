/** Paints one lane of the gradient highway at full rate, and the comets that travel on it. */

import { shades } from "../visual.js";
import { prepare } from "./canvas.js";
import { laneScale, paintStill } from "./lane.js";

/** @typedef {import("../charts/highway.js").LaneScene} LaneScene */
/** @typedef {import("./lane.js").LaneLook} LaneLook */

/** Time in which a new frame's light replaces the old one's, and in which light crosses the lane. */
const BLEND_MS = 140;
const CROSSING_MS = 3400;
const COMETS = 4;
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
 * Pulses that leave the loss and are exactly as bright as the gradient where they are.
 * @param {CanvasRenderingContext2D} context @param {number} width @param {number} height
 * @param {Float64Array} light @param {LaneLook} look @param {number} now
 */
function paintComets(context, width, height, light, look, now) {
  const length = light.length;
  const x = laneScale(width, look);
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
