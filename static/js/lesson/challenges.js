/** The page of challenges: trains what the reader set up, and lets the server grade it. */

import { ApiError, createApi } from "../api.js";
import { allOver, problemText } from "../describe.js";
import { withValue } from "../experiment.js";
import { parseNumber } from "../format.js";
import { loadLanguage } from "../i18n.js";
import { createSession } from "../session.js";
import { hasEnded, isGone, statusText } from "../status.js";
import { createStore } from "../store.js";
import { connectTheme } from "../theme.js";
import { byId, setText } from "../ui/dom.js";
import { calm } from "./calm.js";
import { within } from "./figure.js";
import { forgetful } from "./memory.js";
import { keepPlace } from "./place.js";
import { createTimeLeft } from "./time-left.js";

/** @typedef {import("../api.js").Api} Api */
/** @typedef {import("../types.js").LabState} LabState */
/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").OptionValue} OptionValue */
/** @typedef {import("../types.js").RunSpec} RunSpec */

const done = forgetful("vgl-challenges");

/** @param {string} challenge @param {string} run @param {string} lang */
const resultLink = (challenge, run, lang) => `?${new URLSearchParams({ challenge, run, lang })}#result`;

/**
 * What a field says; an empty one is an option that is switched off, undefined is a mistake.
 * @param {HTMLInputElement|HTMLSelectElement} field
 * @param {string} separators of the language
 * @returns {OptionValue|undefined}
 */
function read(field, separators) {
  if (field instanceof HTMLSelectElement) return field.value;
  if (field.value.trim() === "") return null;
  const value = parseNumber(field.value, separators);
  return Number.isFinite(value) ? value : undefined;
}

/** @param {OptionValue} value @param {Language} language */
export function valueText(value, language) {
  if (value === null) return language.t("challenge.none");
  if (typeof value === "number") return language.number(value, 3);
  const key = ["challenge.value", "choice", "cell", "task"].map((prefix) => `${prefix}.${value}`).find(language.has);
  return key ? language.t(key) : String(value);
}

/**
 * The run of the attempt under way. The state holds the attempt before until the server has answered.
 * @param {LabState} state @param {string|null} awaited experiment of the attempt under way
 */
export function attemptIn(state, awaited) {
  return awaited !== null && state.experiment?.id === awaited ? state.runs[state.order[0]] : null;
}

/** @param {HTMLElement} root @param {Api} api @param {Language} language @param {() => void} onPassed */
function connectChallenge(root, api, language, onPassed) {
  const id = root.dataset.challenge ?? "";
  const form = within(root, "[data-form]", HTMLFormElement);
  const button = within(form, "[type=submit]", HTMLButtonElement);
  const stop = within(form, "[data-stop]", HTMLButtonElement);
  const progress = within(form, "[data-progress]", HTMLProgressElement);
  const status = within(form, "[data-status]", HTMLElement);
  const share = within(root, "[data-share]", HTMLElement);
  const lines = [...within(root, "[data-verdicts]", HTMLElement).children];
  const fields = [.../** @type {NodeListOf<HTMLInputElement|HTMLSelectElement>} */ (form.querySelectorAll("[data-path]"))];
  const start = /** @type {RunSpec} */ (JSON.parse(within(root, "[data-start]", HTMLScriptElement).textContent ?? ""));
  const say = calm(status, within(form, "[data-said]", HTMLElement));
  const timeLeft = createTimeLeft();
  /** @type {string|null} the experiment that is to be graded */
  let awaited = null;

  const store = createStore(() => window.setTimeout(follow, 100));
  const session = createSession(api, store, (problem) => {
    say("refused", problemText(problem, language));
    if (awaited !== null) return; // Stop was refused: what trains goes on
    rest();
    for (const field of fields) {
      const wrong = problem.errors.some(({ path }) => path.endsWith(field.dataset.path ?? ""));
      field.setAttribute("aria-invalid", String(wrong));
    }
  });

  function follow() {
    const state = store.settle();
    const run = attemptIn(state, awaited);
    if (!run) return;
    progress.max = run.steps;
    progress.value = run.step;
    const { kind, text } = statusText(state, timeLeft(state), language);
    if (!allOver(state) && !isGone(state)) {
      progress.hidden = stop.hidden = false;
      say(kind, text);
    } else if (hasEnded(state)) {
      awaited = null;
      void grade(run.id);
    } else {
      // Stopped, lost, or failed on the server: there is nothing to grade, and the reason is told.
      awaited = null;
      rest();
      say(kind, text);
    }
  }

  /** The next attempt may begin. */
  function rest() {
    button.disabled = false;
    progress.hidden = stop.hidden = true;
  }

  /** What the attempt before has left on the page says nothing about this one. */
  function clear() {
    for (const line of /** @type {HTMLElement[]} */ (lines)) {
      delete line.dataset.passed;
      setText(within(line, ".found", HTMLElement), "");
    }
    share.hidden = true;
  }

  /** @param {string} run */
  async function grade(run) {
    try {
      const { passed, verdicts } = await api.grade(id, run);
      verdicts.forEach((verdict, at) => {
        const line = /** @type {HTMLElement} */ (lines[at]);
        line.dataset.passed = String(verdict.passed);
        setText(within(line, ".found", HTMLElement), language.t("challenge.found", { value: valueText(verdict.found, language) }));
      });
      say("graded", language.t(passed ? "challenge.right" : "challenge.wrong"));
      share.hidden = !passed;
      within(share, "a", HTMLAnchorElement).href = resultLink(id, run, language.lang);
      if (passed) {
        done.write([...new Set([...done.read(), id])]);
        onPassed();
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      say("ungraded", problemText(error.problem, language));
    }
    rest();
  }

  stop.addEventListener("click", () => void session.stop());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = fields.map((field) => ({ field, path: field.dataset.path ?? "", value: read(field, language.separators) }));
    for (const { field, value } of values) field.setAttribute("aria-invalid", String(value === undefined));
    clear();
    if (values.some(({ value }) => value === undefined)) {
      say("number", language.t("challenge.number"));
      return;
    }
    button.disabled = true;
    awaited = null;
    say("sending", language.t("status.sending"));
    const spec = values.reduce((changed, { path, value }) => withValue(changed, path, value ?? null), start);
    awaited = (await session.run({ runs: [spec] }))?.id ?? null;
  });
}

/** A run of the Lab, by the address of its experiment. @param {Api} api @param {Language} language */
function connectOther(api, language) {
  const form = byId("other", HTMLFormElement);
  const address = byId("other-address", HTMLInputElement);
  const challenge = byId("other-challenge", HTMLSelectElement);
  const status = byId("other-status", HTMLElement);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = address.value.trim();
    const experiment = /[?&]exp=([0-9a-f]{16})/.exec(text)?.[1];
    const run = /^[0-9a-f]{16}$/.exec(text)?.[0];
    try {
      const runs = experiment ? (await api.experiment(experiment)).runs.map((each) => each.id) : run ? [run] : [];
      if (runs.length === 0) return setText(status, language.t("challenge.other.nothing"));
      for (const each of runs) {
        const { passed } = await api.grade(challenge.value, each);
        if (passed || runs.length === 1) return window.location.assign(resultLink(challenge.value, each, language.lang));
      }
      setText(status, language.t("challenge.other.none"));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setText(status, language.t("challenge.other.nothing"));
    }
  });
}

/** @param {{api: string, lang: string, messages: string}} config */
async function start(config) {
  connectTheme(byId("theme", HTMLButtonElement), () => {});
  keepPlace();
  const language = await loadLanguage(config.lang, config.messages);
  const api = createApi(config.api);
  const challenges = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-challenge]"))];
  const count = byId("done", HTMLOutputElement);
  const tell = () => {
    const solved = new Set(done.read());
    for (const root of challenges) within(root, "[data-done]", HTMLElement).hidden = !solved.has(root.dataset.challenge ?? "");
    const known = challenges.filter((root) => solved.has(root.dataset.challenge ?? "")).length;
    setText(count, (count.dataset.template ?? "").replace("{n}", language.integer(known)));
  };
  for (const root of challenges) connectChallenge(root, api, language, tell);
  connectOther(api, language);
  tell();
  document.documentElement.classList.add("scripted");
}

void start(JSON.parse(document.getElementById("config")?.textContent ?? "{}"));
