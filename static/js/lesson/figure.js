/** What every figure of the lesson has: its configuration, its controls, its place for a plot. */

import { profileFigure } from "../charts/profile.js";
import { arriving } from "../describe.js";
import { createPlot } from "../plot.js";
import { createSurroundings } from "../surroundings.js";
import { el, setText } from "../ui/dom.js";
import { swatch } from "../ui/swatch.js";
import { viewAt } from "../view.js";
import { lanesOf, runStyles } from "../visual.js";

/** @typedef {import("../types.js").ExperimentSpec} ExperimentSpec */
/** @typedef {import("../types.js").LabState} LabState */
/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").Run} Run */
/** @typedef {import("../types.js").RunSpec} RunSpec */

/**
 * @typedef {object} FigureConfig as the server wrote it into the page
 * @property {string} id
 * @property {"probe"|"cell"|"run"} kind
 * @property {boolean} theory
 * @property {number} length
 * @property {RunSpec|null} trained the spec whose trained weights the reader may choose
 * @property {Array<{key: string, label: string, spec: RunSpec}>} runs
 * @property {Array<{name: string, path: string, stops: number[], start: number}>} controls
 * @property {Record<string, {experiment: ExperimentSpec, runs: RunSpec[]}>} presets
 */

/**
 * @typedef {object} Tools what the page gives to its figures
 * @property {import("../api.js").Api} api
 * @property {Language} language
 * @property {() => Promise<import("../plot.js").Plotly>} library loads Plotly when first asked
 * @property {(figure: string) => void} started tells the questions that a training has begun
 * @property {(figure: string) => void} stopped tells them that it came to nothing
 * @property {(figure: string) => void} ended tells them that it is over
 * @property {Set<() => void>} themed called after the colours changed
 */

/** @typedef {Record<string, number>} Values of the controls, by name */

/**
 * The one element inside a figure that its template promises.
 * @template {Element} T
 * @param {Element} root @param {string} selector @param {new () => T} type
 * @returns {T}
 */
export function within(root, selector, type) {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`the figure has no ${selector}`);
  return found;
}

/** @param {HTMLElement} root @returns {FigureConfig} */
export function configOf(root) {
  return JSON.parse(within(root, "[data-config]", HTMLScriptElement).textContent ?? "");
}

/**
 * @param {HTMLElement} root @param {FigureConfig} config @param {Language} language
 * @param {(values: Values) => void} onChange
 * @returns {{values: () => Values}}
 */
export function connectControls(root, config, language, onChange) {
  const fields = config.controls.map((control) => ({
    control,
    input: within(root, `[data-control="${control.name}"]`, HTMLInputElement),
    output: within(root, `[data-output="${control.name}"]`, HTMLOutputElement),
  }));
  const values = () => Object.fromEntries(fields.map(({ control, input }) => [control.name, control.stops[Number(input.value)]]));
  const tell = () => {
    for (const { control, input, output } of fields) {
      const text = language.number(control.stops[Number(input.value)], 4);
      setText(output, text);
      input.setAttribute("aria-valuetext", text);
    }
  };
  for (const { input } of fields) {
    input.addEventListener("input", () => {
      tell();
      onChange(values());
    });
  }
  tell();
  return { values };
}

/**
 * The plot and the legend: the Lab's own figure, with what the lesson wants of it.
 * @param {HTMLElement} root @param {FigureConfig} config @param {Tools} tools
 */
export function createProfile(root, config, { language, library, themed }) {
  const box = within(root, "[data-plot]", HTMLElement);
  const legend = within(root, ".figure-legend", HTMLElement);
  const host = el("div", { class: "plot-live", "aria-hidden": "true" });
  /** @type {ReturnType<typeof createPlot>|null} */
  let plot = null;
  /** @type {(() => void)|null} */
  let again = null;
  const surroundings = createSurroundings(box, box, language, () => again?.());
  themed.add(surroundings.forget);

  /** @param {LabState} state @param {number} step @param {(run: Run, at: number) => string} label */
  const viewOf = (state, step, label) => {
    const runs = state.order.map((id) => state.runs[id]);
    return viewAt(state, step, runStyles(runs, surroundings.current.palette, (run) => label(run, runs.indexOf(run))));
  };

  /** @param {LabState} state @param {number} step @param {(run: Run, at: number) => string} label */
  const show = (state, step, label) => {
    again = () => show(state, step, label);
    if (!plot) {
      box.append(host);
      plot = createPlot(host, library(), () => again?.());
    }
    const { current } = surroundings;
    const view = viewOf(state, step, label);
    const lanes = lanesOf(view, language.t);
    if (plot.ready) {
      plot.draw(
        profileFigure(view, lanes, { scale: "relative", theory: config.theory, extent: state.extent }, {
          ...current,
          left: current.margins.left,
          right: current.margins.right,
          width: host.clientWidth,
        }),
      );
      root.classList.add("is-live");
    }
    legend.replaceChildren(
      ...lanes.map((lane) => {
        const { value, word, vitality } = arriving(lane, language);
        return row(swatch(lane), lane.label, value, word, vitality);
      }),
      ...(config.theory ? view.runs.map((shown) => directRow(shown)) : []),
    );
    within(root, ".still", SVGElement).setAttribute("aria-label", legend.textContent?.replace(/\s+/g, " ") ?? "");
  };

  /** @param {import("../types.js").ShownRun} shown */
  const directRow = ({ frame, style }) => {
    const share = frame?.direct ? Number(frame.direct[0]) / Number(frame.direct[frame.direct.length - 1]) : null;
    return row(swatch({ colour: style.colour, dash: "longdash", symbol: "", width: 1 }), language.t("lesson.direct"), language.number(share), "", "");
  };

  return { show, viewOf };
}

/** @param {SVGElement} line @param {string} label @param {string} value @param {string} word @param {string} vitality */
function row(line, label, value, word, vitality) {
  return el(
    "li",
    {},
    line,
    el("span", { class: "legend-label" }, label),
    " ",
    el("span", { class: "legend-value" }, value),
    " ",
    el("span", { class: "legend-word", "data-vitality": vitality }, word),
  );
}
