/** Small switches of the figures: scale of the profile, theory lines, whose gates. */

import { byId, el, rebuild } from "./dom.js";

/** @typedef {import("../types.js").Scale} Scale */
/** @typedef {import("../url-codec.js").ViewState} ViewState */

/**
 * @param {(change: Partial<ViewState>) => void} onChange
 */
export function createViewControls(onChange) {
  const scales = byId("profile-scale", HTMLElement);
  const theory = byId("profile-theory", HTMLInputElement);
  const models = byId("gates-model", HTMLElement);
  const look = byId("gates-look", HTMLElement);
  const [bands, units] = [byId("gates-plot", HTMLElement).parentElement, byId("gates-units", HTMLElement)];
  let shape = "";

  scales.addEventListener("change", (event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    onChange({ scale: /** @type {Scale} */ (value) });
  });
  theory.addEventListener("change", () => onChange({ theory: theory.checked }));
  look.addEventListener("change", (event) => {
    onChange({ units: /** @type {HTMLInputElement} */ (event.target).value === "units" });
  });

  return {
    /** @param {ViewState} view @param {Array<{label: string, index: number}>} gated @param {number} chosen */
    show(view, gated, chosen) {
      for (const input of scales.querySelectorAll("input")) input.checked = input.value === view.scale;
      theory.checked = view.theory;
      for (const input of look.querySelectorAll("input")) input.checked = (input.value === "units") === view.units;
      bands?.toggleAttribute("hidden", view.units);
      units.hidden = !view.units;
      const now = JSON.stringify(gated);
      if (now !== shape) {
        shape = now;
        rebuild(
          models,
          gated.map(({ label, index }) =>
            el(
              "label",
              {},
              el("input", { type: "radio", name: "gates-model", value: index, onchange: () => onChange({ gates: index }) }),
              el("span", {}, label),
            ),
          ),
        );
        models.parentElement?.toggleAttribute("hidden", gated.length < 2);
      }
      for (const input of models.querySelectorAll("input")) input.checked = Number(input.value) === chosen;
    },
  };
}
