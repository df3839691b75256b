/** The lesson: gives life to what the server has already written. */

import { createApi } from "../api.js";
import { loadLanguage } from "../i18n.js";
import { connectTheme } from "../theme.js";
import { byId } from "../ui/dom.js";
import { connectCellFigure } from "./cell-figure.js";
import { connectPaper } from "./paper.js";
import { keepPlace } from "./place.js";
import { connectProbeFigure } from "./probe-figure.js";
import { connectQuestions } from "./questions.js";
import { connectReading } from "./reading.js";
import { connectRunFigure } from "./run-figure.js";

/** @param {{api: string, lang: string, messages: string}} config */
async function start(config) {
  /** @type {Set<() => void>} */
  const themed = new Set();
  connectTheme(byId("theme", HTMLButtonElement), () => themed.forEach((each) => each()));
  const reading = document.getElementById("reading");
  // A chapter in a frame has no contents beside it.
  if (reading instanceof HTMLProgressElement) connectReading(
    reading,
    [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".chapter"))],
    [.../** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".contents a"))],
  );
  keepPlace(() => document.querySelector(".contents a[aria-current]")?.getAttribute("href") ?? "");
  connectPaper(() => themed.forEach((each) => each()));
  const questions = connectQuestions(document);
  const language = await loadLanguage(config.lang, config.messages);
  const tools = {
    api: createApi(config.api),
    language,
    ...questions,
    themed,
  };
  for (const root of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-figure]"))) {
    if (root.classList.contains("figure-run")) connectRunFigure(root, tools);
    else if (root.classList.contains("figure-cell")) connectCellFigure(root, tools);
    else connectProbeFigure(root, tools);
  }
  // The controls appear when they work: without scripts, or when this fails, nothing is dead.
  document.documentElement.classList.add("scripted");
}

void start(JSON.parse(document.getElementById("config")?.textContent ?? "{}"));
