/** What leaves a comparison: its link, its figures as pictures, its results as they are. */

import { ApiError } from "../api.js";
import { problemText } from "../describe.js";
import { asPng, copyFrom, save } from "../export/files.js";
import { byId, setText } from "../ui/dom.js";
import { pictureOf } from "./figures.js";

/** @typedef {import("./figures.js").FigureName} FigureName */
/** @typedef {import("./scene.js").Scene} Scene */

const ACCEPT = /** @type {Readonly<Record<string, string>>} */ ({ csv: "text/csv", json: "application/json" });

/**
 * @param {object} parts
 * @param {import("../api.js").Api} parts.api
 * @param {import("../types.js").Language} parts.language
 * @param {() => {id: string, scene: Scene, title: string}|null} parts.now null while nothing has been trained
 * @param {() => string} parts.address of what is on screen, told to `show` as well
 */
export function connectTake({ api, language, now, address }) {
  const { t } = language;
  const section = byId("take", HTMLElement);
  const link = byId("take-link", HTMLInputElement);
  const figure = byId("take-figure", HTMLSelectElement);
  const said = byId("take-said", HTMLElement);

  /** @param {string} words @param {string} [tone] */
  const say = (words, tone = "") => {
    setText(said, words);
    said.dataset.tone = tone;
  };

  /** @param {string} name @param {Blob} content */
  const keep = (name, content) => {
    save(name, content);
    say(t("take.saved", { name }));
  };

  /** @param {string} asked */
  async function take(asked) {
    if (asked === "link") {
      address(); // up to date
      const copied = await copyFrom(link);
      return say(t(copied ? "take.copied" : "take.not-copied"), copied ? "" : "problem");
    }
    const shown = now();
    if (!shown) return;
    say(t("take.preparing"));
    try {
      if (asked in ACCEPT) return keep(`comparison-${shown.id}.${asked}`, await api.file(`/experiments/${shown.id}/results`, ACCEPT[asked]));
      const name = /** @type {FigureName} */ (figure.value);
      const picture = pictureOf(name, shown.scene, shown.title);
      const content = asked === "png" ? await asPng(picture) : new Blob([picture.svg], { type: "image/svg+xml" });
      keep(`${name}-${shown.id}.${asked}`, content);
    } catch (error) {
      say(error instanceof ApiError ? problemText(error.problem, language) : t("take.no-picture"), "problem");
      if (!(error instanceof ApiError)) throw error;
    }
  }

  section.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-take]") : null;
    if (button instanceof HTMLElement && button.dataset.take) void take(button.dataset.take);
  });

  return {
    /** @param {string} here the address of what is on screen */
    show(here) {
      link.value = here;
    },
  };
}
