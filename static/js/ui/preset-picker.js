/** The list of presets, by topic. */

import { el } from "./dom.js";

/** @typedef {import("../types.js").Catalogue} Catalogue */
/** @typedef {import("../types.js").Language} Language */

/**
 * @param {HTMLSelectElement} picker @param {Catalogue} catalogue @param {Language} language
 * @param {(preset: string) => void} onPreset
 */
export function presetPicker(picker, catalogue, { t, has }, onPreset) {
  const topics = [...new Set(catalogue.presets.map(({ topic }) => topic ?? ""))];
  const titleOf = (/** @type {string} */ id) => (has(`preset.${id}.title`) ? t(`preset.${id}.title`) : id);
  const listed = (/** @type {string} */ wanted) =>
    catalogue.presets.filter(({ topic }) => (topic ?? "") === wanted).map(({ id }) => el("option", { value: id }, titleOf(id)));
  picker.replaceChildren(
    ...topics.flatMap((topic) => (topic ? [el("optgroup", { label: t(`topic.${topic}`) }, ...listed(topic))] : listed(topic))),
  );
  picker.addEventListener("change", () => onPreset(picker.value));
  return {
    /** @param {string} preset */
    show(preset) {
      picker.value = preset;
    },
  };
}
