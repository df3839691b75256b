/** The question, the prediction, Run and Stop, and what the server is doing. */

import { evidence } from "../evidence.js";
import { allOver, outcome, problemText } from "../describe.js";
import { statusText } from "../status.js";
import { isFinal } from "../visual.js";
import { byId, el, icon, setText } from "./dom.js";
import { presetPicker } from "./preset-picker.js";

/** @typedef {import("../types.js").Catalogue} Catalogue */
/** @typedef {import("../types.js").LabState} LabState */
/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").PresetEntry} PresetEntry */
/** @typedef {import("../types.js").View} View */

/** @typedef {"run"|"sending"|"stop"|"replay"} Action */

/** Milliseconds between two steps that are read aloud. */
const SAY_EVERY = 8000;

/**
 * What the big button does now.
 * @param {LabState} state @param {boolean} unchanged the set-up is the one on screen
 * @returns {Action}
 */
export function actionOf(state, unchanged) {
  if (state.submitting) return "sending";
  if (!state.experiment) return "run";
  if (!allOver(state)) return "stop";
  return unchanged && !cutShort(state) ? "replay" : "run";
}

/** @param {LabState} state */
const cutShort = (state) => state.order.some((id) => ["cancelled", "failed"].includes(state.runs[id].state));

/**
 * Whether the prediction stands: while it is put to the test, and for good once the answer is told.
 * @param {LabState} state
 * @param {boolean} answered the set-up asks what the experiment on screen asked, with any seed
 */
export function guessLocked(state, answered) {
  if (state.submitting) return true;
  return state.experiment !== null && (!allOver(state) || (answered && !cutShort(state)));
}

/**
 * @param {object} parts
 * @param {Catalogue} parts.catalogue
 * @param {Language} parts.language
 * @param {(preset: string) => void} parts.onPreset
 * @param {(guess: string) => void} parts.onGuess
 * @param {(action: Action) => void} parts.onAction
 */
export function createLaunch({ catalogue, language, onPreset, onGuess, onAction }) {
  const { t, has } = language;
  const picker = presetPicker(byId("preset", HTMLSelectElement), catalogue, language, onPreset);
  const question = byId("question", HTMLElement);
  const options = byId("guess-options", HTMLElement);
  const guessNote = byId("guess-note", HTMLElement);
  const button = byId("run", HTMLButtonElement);
  const changed = byId("setup-changed", HTMLElement);
  const status = byId("status", HTMLElement);
  const progress = byId("progress", HTMLProgressElement);
  const alert = byId("alert", HTMLElement);
  const result = byId("outcome", HTMLElement);
  const said = byId("status-said", HTMLElement);
  let saidAt = 0;
  let saidKind = "empty"; // which the page came with
  let shownPreset = "";
  /** @type {Action} */
  let action = "run";

  button.addEventListener("click", () => onAction(action));

  /** @param {string} id @param {string} part @param {Record<string, string>} [values] */
  function textOf(id, part, values) {
    return has(`preset.${id}.${part}`) ? t(`preset.${id}.${part}`, values) : part === "title" ? id : "";
  }

  /** @param {PresetEntry} preset */
  const optionText = (/** @type {string} */ key, preset) =>
    has(`preset.${preset.id}.option.${key}`) ? t(`preset.${preset.id}.option.${key}`) : t(`guess.${key}`);

  /** @param {PresetEntry} preset */
  const build = (preset) => {
    picker.show(preset.id);
    // Who was faster than the modules chose among the options that came with the page.
    const early = options.querySelector("input:checked");
    if (shownPreset === "" && early instanceof HTMLInputElement && preset.prediction_options.includes(early.value)) onGuess(early.value);
    options.replaceChildren(
      ...preset.prediction_options.map((key) =>
        el(
          "label",
          { class: "guess" },
          el("input", { type: "radio", name: "guess", value: key, onchange: () => onGuess(key) }),
          el("span", {}, optionText(key, preset)),
        ),
      ),
    );
  };

  /** @param {string} guess @param {PresetEntry} preset */
  const verdictOf = (guess, preset) =>
    t(guess === preset.answer ? "outcome.right" : "outcome.wrong", {
      guess: optionText(guess, preset),
      answer: optionText(preset.answer, preset),
    });

  return {
    /** @param {string} preset the set-up in words */
    titleOf: (preset) => textOf(preset, "title"),

    /**
     * @param {LabState} state @param {View} view
     * @param {{preset: string, guess: string|null, unchanged: boolean, answered: boolean, length: string, left: number|null, seen: boolean,
     *   result: {preset: string, guess: string|null, asPreset: boolean}|null}} now
     *   result: what the experiment on screen was asked, and what was predicted of it; seen: the view has reached the end of every run
     */
    show(state, view, now) {
      const preset = catalogue.presets.find(({ id }) => id === now.preset) ?? catalogue.presets[0];
      if (preset.id !== shownPreset) {
        build(preset);
        shownPreset = preset.id;
      }
      // The question follows the set-up: another length is another question.
      setText(question, textOf(preset.id, "question", { length: now.length }) || textOf(preset.id, "title"));
      const locked = guessLocked(state, now.answered);
      for (const input of options.querySelectorAll("input")) {
        input.checked = input.value === now.guess;
        input.disabled = locked;
      }
      setText(guessNote, t(locked ? (now.guess ? "guess.locked" : "guess.late") : "guess.hint"));

      action = actionOf(state, now.unchanged);
      if (button.dataset.action !== action) {
        button.dataset.action = action;
        const glyph = { run: "play", sending: "play", stop: "stop", replay: "replay" }[action];
        button.replaceChildren(icon(/** @type {"play"|"stop"|"replay"} */ (glyph)), t(`run.${action}`));
      }
      button.setAttribute("aria-disabled", String(action === "sending"));
      changed.hidden = !(state.experiment && !now.unchanged);

      const { text, tone, kind } = statusText(state, now.left, language);
      setText(status, text);
      status.dataset.tone = tone;
      if (kind !== saidKind || Date.now() - saidAt > SAY_EVERY) {
        saidAt = Date.now();
        saidKind = kind;
        setText(said, text);
      }
      progress.hidden = tone !== "running";
      progress.max = view.budget;
      progress.value = Math.max(0, ...state.order.filter((id) => !isFinal(state.runs[id].state)).map((id) => state.runs[id].step));

      setText(alert, state.problem ? problemText(state.problem, language) : "");
      alert.hidden = !state.problem;

      const over = now.seen && allOver(state) && !cutShort(state);
      result.hidden = !over;
      if (over) {
        const { result: asked } = now;
        const of = catalogue.presets.find(({ id }) => id === asked?.preset) ?? preset;
        const verdict = asked?.guess && asked.asPreset ? verdictOf(asked.guess, of) : "";
        const happened = t("outcome.happened", { runs: outcome(view, language) });
        const notice = asked?.asPreset ? textOf(of.id, "notice", evidence(of.verified, language)) : "";
        const words = [verdict, happened, notice].filter(Boolean);
        if (result.dataset.words !== words.join("\n")) {
          result.dataset.words = words.join("\n");
          result.replaceChildren(...words.map((sentence, at) => el("p", { class: at === 0 && verdict ? "verdict" : "" }, sentence)));
          result.dataset.right = String(asked?.guess === of.answer);
        }
      }
    },
  };
}
