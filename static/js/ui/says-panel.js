/** What the figures say: a card of sentences per model, each with a way to the figure that shows it. */

import { sayings } from "../says.js";
import { byId, el, setText } from "./dom.js";
import { swatch } from "./swatch.js";
import { lookOf } from "../visual.js";

/** @typedef {import("../says.js").Goal} Goal */
/** @typedef {import("../types.js").Catalogue} Catalogue */
/** @typedef {import("../types.js").Scene} Scene */

/** While training goes on the words change this often over the whole of it: people read them. */
const EDITIONS = 30;

/** @param {string} text in which "t = 12" stays on one line */
const unbroken = (text) => text.replaceAll(" = ", "\u00a0=\u00a0");

/**
 * @param {Catalogue} catalogue @param {(goal: Goal) => void} onShow
 * @returns {import("../scheduler.js").Panel<Scene>}
 */
export function saysPanel(catalogue, onShow) {
  const element = byId("says", HTMLElement);
  const list = byId("says-list", HTMLElement);
  const nothing = byId("says-empty", HTMLElement);
  const many = new Set(catalogue.tasks.filter(({ readout }) => readout === "every").map(({ name }) => name));
  let shape = "";
  /** @type {Array<Array<{text: HTMLElement, goal: Goal, row: HTMLElement}>>} */
  let cards = [];

  /** @param {ReturnType<typeof sayings>} said @param {import("../types.js").Language} language */
  const build = (said, language) => {
    cards = said.map(({ sentences }) =>
      sentences.map(({ goal }) => ({ text: el("span"), goal, row: el("li") })),
    );
    list.replaceChildren(
      ...said.map(({ shown, sentences }, card) => {
        const rows = sentences.map(({ kind, goal, room }, at) => {
          const entry = cards[card][at];
          entry.row.dataset.kind = kind;
          const figure = language.t(`${goal.figure}.title`);
          entry.row.append(
            el("span", { class: "says-text", "data-room": unbroken(room) }, entry.text),
            el(
              "button",
              { type: "button", class: "quiet says-show", onclick: () => onShow(entry.goal) },
              language.t("says.show"),
              el("span", { class: "visually-hidden" }, ` ${language.t("says.show.where", { figure, model: shown.style.label })}`),
            ),
          );
          return entry.row;
        });
        const title = el("h3", {}, swatch(lookOf(shown)), el("span", {}, shown.style.label));
        return el("section", { class: "says-card" }, title, el("ul", {}, ...rows));
      }),
    );
  };

  return {
    element,
    heavy: false,
    outline: ({ lanes, view }) =>
      lanes.map(({ key, label }) => `${key} ${label}`).join("\n") + view.runs.map(({ frame }) => (frame ? "+" : "-")).join(""),
    key({ view, clock, state, surroundings }) {
      const paused = clock.mode === "paused" || view.runs.every(({ ended }) => ended);
      const edition = paused ? view.step : Math.floor((EDITIONS * view.step) / view.budget);
      const runs = view.runs.map(({ run, frame, ended }) => `${run.id}${frame ? "+" : "-"}${ended}`).join();
      return `${runs}|${edition}|${state.experiment?.id}|${surroundings.version}`;
    },
    draw({ view, lanes, state, surroundings: { language, version } }) {
      const said = sayings(view, lanes, state.logs, (task) => many.has(task), language);
      const now = JSON.stringify([version, said.map(({ shown, sentences }) => [shown.run.id, shown.style, sentences.map(({ kind }) => kind)])]);
      if (now !== shape) {
        shape = now;
        build(said, language);
      }
      const empty = view.runs.every(({ frame }) => !frame);
      list.hidden = empty;
      nothing.hidden = !empty;
      said.forEach(({ sentences }, card) =>
        sentences.forEach(({ text, goal }, at) => {
          const entry = cards[card][at];
          setText(entry.text, unbroken(text));
          entry.goal = goal;
          entry.row.classList.toggle("is-empty", text === "");
        }),
      );
    },
  };
}
