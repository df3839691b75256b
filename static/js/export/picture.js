/** A figure of the scene as a picture that stands alone. */

import { compose } from "./compose.js";
import { DRAWINGS } from "./drawings.js";

/** @typedef {import("../types.js").Scene} Scene */

/**
 * @param {string} name a key of DRAWINGS
 * @param {Scene} scene
 * @param {string} setup what the scene is of, in words
 * @returns {import("./compose.js").Picture}
 */
export function pictureOf(name, scene, setup) {
  const { draw, legend, about, night } = DRAWINGS[name];
  const { view, surroundings } = scene;
  const { t, integer } = surroundings.language;
  const palette = night ? surroundings.night : surroundings.palette;
  const step = t("highway.step", { step: integer(Math.round(view.step)), steps: integer(view.budget) });
  const frame = {
    title: t(`${name}.title`),
    subtitle: [setup, step, about?.(scene)].filter(Boolean).join(" · "),
    source: t("site.name"),
    legend: legend(scene),
    colours: { ground: palette[night ? "night-bottom" : "surface"], ink: palette.ink, soft: palette["ink-soft"] },
    font: surroundings.font,
  };
  return compose(frame, draw(scene));
}
