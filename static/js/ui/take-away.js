/** The panel of everything that can leave the Lab. */

import { ApiError } from "../api.js";
import { problemText } from "../describe.js";
import { embedSnippet } from "../export/embed.js";
import { asPng, copyFrom, save } from "../export/files.js";
import { pictureOf } from "../export/picture.js";
import { CELLS } from "../visual.js";
import { byId, el, icon, setText } from "./dom.js";

/** @typedef {import("../types.js").Scene} Scene */

/** Files of the server: where they are, as what, and how they end. */
const FILES = /** @type {Readonly<Record<string, {of: "experiment"|"run", path: string, accept: string, ending: string}>>} */ ({
  "results-csv": { of: "experiment", path: "results", accept: "text/csv", ending: "csv" },
  "results-json": { of: "experiment", path: "results", accept: "application/json", ending: "json" },
  notebook: { of: "experiment", path: "notebook", accept: "application/x-ipynb+json", ending: "ipynb" },
  pytorch: { of: "run", path: "code?framework=pytorch", accept: "text/x-python", ending: "pytorch.py" },
  keras: { of: "run", path: "code?framework=keras", accept: "text/x-python", ending: "keras.py" },
});

/**
 * @param {object} parts
 * @param {import("../api.js").Api} parts.api
 * @param {import("../types.js").Language} parts.language
 * @param {() => Scene} parts.scene what is on screen
 * @param {() => string} parts.title the set-up in words
 * @param {() => string} parts.address of what is on screen
 */
export function createTakeAway({ api, language, scene, title, address }) {
  const { t } = language;
  const dialog = byId("take-away", HTMLDialogElement);
  const link = byId("take-link", HTMLInputElement);
  const figure = byId("take-figure", HTMLSelectElement);
  const whole = byId("take-whole", HTMLInputElement);
  const embed = byId("take-embed", HTMLTextAreaElement);
  const model = byId("take-model", HTMLSelectElement);
  const said = byId("take-said", HTMLElement);
  const close = byId("take-close", HTMLButtonElement);
  close.replaceChildren(icon("close"));

  /** @param {string} words @param {string} [tone] */
  const say = (words, tone = "") => {
    setText(said, words);
    said.dataset.tone = tone;
  };

  const refreshEmbed = () => {
    const chosen = whole.checked ? "lab" : figure.value;
    const named = chosen === "lab" ? t("lab.title") : t(`${chosen}.title`);
    embed.value = embedSnippet(address(), chosen, t("take.embed-title", { figure: named }));
  };

  /** @param {string} name of a figure @param {boolean} there whether there is one to take */
  const offer = (name, there) => {
    const option = /** @type {HTMLOptionElement} */ (figure.querySelector(`[value=${name}]`));
    option.disabled = !there;
    if (!there && option.selected) figure.selectedIndex = 0;
  };

  const open = () => {
    const { state, view, tried } = scene();
    link.value = address();
    const trained = state.experiment !== null;
    for (const row of dialog.querySelectorAll("[data-needs-experiment]")) {
      for (const control of /** @type {NodeListOf<HTMLButtonElement>} */ (row.querySelectorAll("button, select"))) control.disabled = !trained;
    }
    setText(byId("take-experiment-about", HTMLElement), t(trained ? "take.experiment-about" : "take.experiment-needed"));
    model.replaceChildren(...view.runs.map(({ run, style }) => el("option", { value: run.id }, style.label)));
    offer("gates", view.runs.some(({ cell }) => CELLS[cell].gates.length > 0)); // plain RNNs have none
    offer("try", tried !== null); // measured when somebody comes near
    refreshEmbed();
    say("");
    dialog.showModal();
  };

  /** @param {HTMLInputElement|HTMLTextAreaElement} field */
  const copy = async (field) => {
    const copied = await copyFrom(field);
    say(t(copied ? "take.copied" : "take.not-copied"), copied ? "" : "problem");
  };

  /** @param {string} name @param {Blob} content */
  const keep = (name, content) => {
    save(name, content);
    say(t("take.saved", { name }));
  };

  /** @param {"png"|"svg"} format */
  const takePicture = async (format) => {
    const now = scene();
    const picture = pictureOf(figure.value, now, title());
    const content = format === "png" ? await asPng(picture) : new Blob([picture.svg], { type: "image/svg+xml" });
    keep(`${figure.value}-${Math.round(now.view.step)}.${format}`, content);
  };

  /** @param {string} asked */
  const takeFile = async (asked) => {
    if (asked === "frames-csv") return keep(`run-${model.value}.csv`, await api.framesCsv(model.value));
    if (asked === "frames-json") {
      const { spec } = scene().state.runs[model.value];
      const log = { run: model.value, spec, frames: await api.frames(model.value, 1) };
      return keep(`run-${model.value}.json`, new Blob([JSON.stringify(log)], { type: "application/json" }));
    }
    const { of, path, accept, ending } = FILES[asked];
    const id = of === "run" ? model.value : scene().state.experiment?.id;
    const language_ = asked === "notebook" ? `?lang=${language.lang}` : "";
    keep(`${of}-${id}.${ending}`, await api.file(`/${of}s/${id}/${path}${language_}`, accept));
  };

  /** @param {string} asked */
  const take = async (asked) => {
    if (asked === "link") return copy(link);
    if (asked === "embed") return copy(embed);
    say(t("take.preparing"));
    try {
      await (asked === "png" || asked === "svg" ? takePicture(asked) : takeFile(asked));
    } catch (error) {
      say(error instanceof ApiError ? problemText(error.problem, language) : t("take.no-picture"), "problem");
      if (!(error instanceof ApiError)) throw error;
    }
  };

  byId("take-open", HTMLButtonElement).addEventListener("click", open);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // the ground around the panel
    const button = event.target instanceof Element ? event.target.closest("[data-take]") : null;
    if (button instanceof HTMLElement && button.dataset.take) void take(button.dataset.take);
  });
  for (const control of [figure, whole]) control.addEventListener("change", refreshEmbed);

  return { open };
}
