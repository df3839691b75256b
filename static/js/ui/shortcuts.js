/** One-key shortcuts, the list of them, and the switch that turns them off. */

import { byId, icon } from "./dom.js";

const KEY = "vgl-shortcuts";

/** Keys belong to these while they have the focus. */
const BUSY = "input, select, textarea, button, summary, a, dialog[open]";

/**
 * @param {Readonly<Record<string, () => void>>} acts by key, as in KeyboardEvent.key
 */
export function createShortcuts(acts) {
  const dialog = byId("keys", HTMLDialogElement);
  const on = byId("keys-on", HTMLInputElement);
  const close = byId("keys-close", HTMLButtonElement);
  close.replaceChildren(icon("close"));
  on.checked = remembered() !== "off";
  on.addEventListener("change", () => remember(on.checked ? "on" : "off"));

  const open = () => {
    if (!document.querySelector("dialog[open]")) dialog.showModal();
  };
  byId("keys-open", HTMLButtonElement).addEventListener("click", open);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.addEventListener("keydown", (event) => {
    if (!on.checked || event.ctrlKey || event.altKey || event.metaKey) return;
    const busy = event.target instanceof Element && event.target.closest(BUSY);
    // A letter does nothing on a button or a link; Space and Enter would press it twice.
    const typing = event.target instanceof Element && event.target.closest("input:not([type=range], [type=radio], [type=checkbox]), select, textarea, dialog[open]");
    if (event.key === " " ? busy : typing) return;
    const act = event.key === "?" ? open : acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** @returns {string|null} */
function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** @param {string} value */
function remember(value) {
  try {
    localStorage.setItem(KEY, value);
  } catch {
    // Without storage the choice lasts for this page.
  }
}
