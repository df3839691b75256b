/** The row of comparisons: pin what is on screen, unpin it, take the gates away. */

import { allOver } from "../describe.js";
import { experimentIn, MOST_PINS } from "../pins.js";
import { CELLS } from "../visual.js";
import { byId, el, icon, rebuild, setText } from "./dom.js";

/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").Scene} Scene */

/**
 * @param {Language} language
 * @param {{pin: (id: string) => void, unpin: (id: string) => void, ablate: (index: number) => void}} act
 */
export function createPins(language, act) {
  const { t } = language;
  const pin = byId("pin", HTMLButtonElement);
  const list = byId("pins", HTMLElement);
  const form = byId("pin-other", HTMLFormElement);
  const field = byId("pin-id", HTMLInputElement);
  const said = byId("pin-said", HTMLElement);
  const ablations = byId("ablations", HTMLElement);
  let shape = "";
  /** @type {string|null} */
  let current = null;

  pin.addEventListener("click", () => {
    if (!current) return;
    if (pin.getAttribute("aria-pressed") === "true") act.unpin(current);
    else act.pin(current);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const id = experimentIn(field.value);
    setText(said, id ? "" : t("pin.not-an-id"));
    if (!id) return;
    field.value = "";
    act.pin(id);
  });

  return {
    /** @param {string} words */
    say: (words) => setText(said, words),

    /** @param {Scene} scene @param {string[]} pins @param {(id: string) => string} linkOf */
    show({ state, view }, pins, linkOf) {
      current = state.experiment?.id ?? null;
      const pinned = current !== null && pins.includes(current);
      pin.disabled = !pinned && (current === null || !allOver(state) || pins.length >= MOST_PINS);
      pin.setAttribute("aria-pressed", String(pinned));
      setText(pin, t(pinned ? "pin.unpin-this" : "pin.this"));
      const gated = view.runs.flatMap(({ cell, run, style }, index) =>
        CELLS[cell].gates.length && (run.spec.model.clamp_forget ?? null) === null ? [{ label: style.label, index }] : [],
      );
      const now = JSON.stringify([pins.map((id) => [id, linkOf(id)]), gated]);
      if (now === shape) return;
      shape = now;
      const items = pins.map((id, at) =>
          el(
            "li",
            { class: "pin" },
            el("a", { href: linkOf(id), target: "_blank" }, t("pin.name", { n: language.integer(at + 1) })),
            el("button", { type: "button", class: "quiet", "aria-label": t("pin.unpin", { n: language.integer(at + 1) }), onclick: () => act.unpin(id) }, icon("close")),
          ),
      );
      rebuild(list, items, pin);
      rebuild(
        ablations,
        gated.map(({ label, index }) => el("button", { type: "button", class: "button", onclick: () => act.ablate(index) }, t("ablate.run", { model: label }))),
      );
    },
  };
}
