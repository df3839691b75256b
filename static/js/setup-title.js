/** A set-up in words: its preset, and what was changed by hand. Pure. */

import { optionsOf } from "./experiment.js";
import { encodeSetup } from "./url-codec.js";

/** @typedef {import("./types.js").Catalogue} Catalogue */
/** @typedef {import("./types.js").Language} Language */
/** @typedef {import("./types.js").Setup} Setup */

/** More changes than this are another experiment: they are counted. */
const MOST = 3;

/**
 * @param {Setup} setup @param {string} title of its preset @param {Catalogue} catalogue @param {Language} language
 */
export function setupTitle(setup, title, catalogue, language) {
  const { t, has, integer, number } = language;
  const options = setup.runs.flatMap((run) => optionsOf(catalogue, run));
  /** @param {string} key @param {string} written */
  const words = (key, written) => {
    if (key === "cells") return written.split(".").map((cell) => t(`cell.${cell}`)).join(", ");
    if (key === "task") return has(`task.${written}`) ? t(`task.${written}`) : written;
    const [, index, path] = /^(?:(\d+)\.)?(.*)$/.exec(key) ?? [];
    const name = has(`option.${path}.label`) ? t(`option.${path}.label`) : path;
    const { kind } = options.find((option) => option.path === path) ?? {};
    const choice = [`choice.${path}.${written}`, `choice.${written}`, `setup.value.${written}`].find(has);
    const value = written === "none" ? t("field.off") : choice ? t(choice) : (kind === "integer" || kind === "number") && Number.isFinite(Number(written)) ? number(Number(written), 4) : written;
    return `${name}${index ? ` (${integer(Number(index))})` : ""}: ${value}`;
  };
  const changes = encodeSetup(setup, catalogue).filter(([key]) => key !== "preset");
  if (changes.length === 0) return title;
  const told = changes.length > MOST ? t("setup.changes", { n: integer(changes.length) }) : changes.map(([key, value]) => words(key, value)).join(", ");
  return t("setup.titled", { title, changes: told });
}
