/** The figures of what is on screen: for the page, and for what is taken away from it. Pure. */

import { allLanes, commonEnd, commonExtent } from "../pins.js";
import { decode } from "../typed-array.js";
import { gatesFigure } from "./gates.js";
import { relevantSteps } from "./inputs.js";
import { jacobianFigure } from "./jacobian.js";
import { lossFigure } from "./loss.js";
import { profileFigure } from "./profile.js";

/** @typedef {import("../types.js").Scene} Scene */
/** @typedef {import("./layout.js").FigureContext} FigureContext */

/** @param {Scene} scene @param {FigureContext} context */
export function profileOf(scene, context) {
  const { view, scale, theory, transports } = scene;
  if (scale === "jacobian") return jacobianFigure(view, transports.byRun, theory, context);
  return profileFigure(view, allLanes(scene), { scale, theory, extent: commonExtent(scene) }, context);
}

/** The axis stays where it is while a finger moves; what lies below is marked at the floor. */
const TRIED = { low: -12, high: 2 };

/** @param {import("../types.js").Tried} tried @param {FigureContext} context */
export function triedOf({ view, lanes, high }, context) {
  const extent = { ...TRIED, high: Math.max(TRIED.high, high) };
  return profileFigure(view, lanes, { scale: "relative", theory: false, extent: { absolute: TRIED, relative: extent } }, context);
}

/** @param {Scene} scene @param {FigureContext} context */
export function gatesOf({ view, gates }, context) {
  const shown = view.runs[gates];
  const probe = shown.probed?.probe;
  const relevant = probe ? relevantSteps(shown.run.spec.task, decode(probe.inputs)) : [];
  return gatesFigure(shown, view.length, relevant, context);
}

/** @param {Scene} scene @param {FigureContext} context */
export function lossOf(scene, context) {
  return lossFigure(scene.state, scene.view, commonEnd(scene), context, scene.pinned);
}
