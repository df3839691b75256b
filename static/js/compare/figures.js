/** How each figure of a comparison is drawn, on the page and in a picture. Pure. */

import { bandsFigure } from "../charts/bands.js";
import { drawFigure } from "../charts/draw.js";
import { spreadFigure } from "../charts/spread.js";
import { successFigure } from "../charts/success.js";
import { compose, markupOf, WIDTH } from "../export/compose.js";
import { successAt } from "./outcome.js";

/** @typedef {import("../charts/layout.js").Figure} Figure */
/** @typedef {import("../charts/layout.js").FigureContext} FigureContext */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {"success"|"spread"|"bands"} FigureName */

/** @type {Readonly<Record<FigureName, (scene: Scene, context: FigureContext) => Figure>>} */
export const FIGURES = {
  success: ({ all, models, lengths }, context) => successFigure(models, lengths, (model, length) => successAt(all, model, length).interval, context),
  spread: ({ models, points }, context) => spreadFigure(models, points, context),
  bands: ({ models, curves, end }, context) => bandsFigure(models, curves, end, context),
};

/** Size of a figure in a picture. */
const SIZE = { width: WIDTH - 48, height: 380 };

/**
 * A figure as a picture that stands alone.
 * @param {FigureName} name @param {Scene} scene @param {string} title of the set-up
 */
export function pictureOf(name, scene, title) {
  const { models, lengths, length, seeds, surroundings } = scene;
  const { palette, language, font } = surroundings;
  const { t, integer } = language;
  const context = { palette, language, font, text: 13, left: 64, right: 20, width: SIZE.width };
  const about = name === "success" ? t("compare.grid", { models: integer(models.length), lengths: integer(lengths.length), seeds: integer(seeds) }) : t("compare.grid.at", { length: integer(length), seeds: integer(seeds) });
  const frame = {
    title: t(`${name}.title`),
    subtitle: `${title} · ${about}`,
    source: t("site.name"),
    legend: models,
    colours: { ground: palette.surface, ink: palette.ink, soft: palette["ink-soft"] },
    font,
  };
  const markup = drawFigure(FIGURES[name](scene, context), SIZE).map(markupOf).join("");
  return compose(frame, { ...SIZE, markup });
}
