/** The weights that a figure is measured with: those before training, or those of the run that the server keeps. */

import { allOver, problemText } from "../describe.js";
import { createSession } from "../session.js";
import { hasEnded, statusText } from "../status.js";
import { createStore } from "../store.js";

/** @typedef {import("./figure.js").FigureConfig} FigureConfig */
/** @typedef {import("./figure.js").Tools} Tools */

/**
 * @param {HTMLElement} root @param {FigureConfig} config @param {Tools} tools
 * @param {(text: string) => void} say
 * @param {() => void} onChange what is to be measured is another thing now
 */
export function connectWeights(root, config, { api, language }, say, onChange) {
  let wanted = "untrained";
  /** @type {string|null} the run, once it is over */
  let run = null;
  // The server trains this network when it is new, so it is usually there; if not, it is now.
  const store = createStore(() => window.setTimeout(follow, 0));
  const session = createSession(api, store, (problem) => say(problemText(problem, language)));

  function follow() {
    const state = store.settle();
    if (!state.experiment || run || wanted !== "trained") return;
    if (hasEnded(state)) {
      [run] = state.order;
      onChange();
    } else if (state.experiment && (allOver(state) || state.connection)) say(statusText(state, null, language).text);
  }

  root.querySelector("[data-weights]")?.addEventListener("change", (event) => {
    if (!(event.target instanceof HTMLInputElement) || !config.trained) return;
    wanted = event.target.value;
    if (wanted === "trained" && !run) void session.run({ runs: [config.trained] });
    onChange();
  });

  return {
    get trained() {
      return wanted === "trained";
    },
    get run() {
      return wanted === "trained" ? run : null;
    },
  };
}
