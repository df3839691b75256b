/** The page of comparisons: wires the grid, the stream of its runs' states, the figures and the table. */

import { ApiError, createApi } from "../api.js";
import { bandsFigure } from "../charts/bands.js";
import { spreadFigure } from "../charts/spread.js";
import { successFigure } from "../charts/success.js";
import { fieldProblem, problemText } from "../describe.js";
import { complaint, sameRuns, setupOf } from "../experiment.js";
import { save } from "../export/files.js";
import { loadLanguage } from "../i18n.js";
import { calm } from "../lesson/calm.js";
import { connectPaper } from "../lesson/paper.js";
import { loadPlotly, createPlot } from "../plot.js";
import { runLabels } from "../run-labels.js";
import { openStream } from "../stream.js";
import { createSurroundings } from "../surroundings.js";
import { connectTheme } from "../theme.js";
import { byId, el, setText } from "../ui/dom.js";
import { createControls } from "../ui/controls.js";
import { createLegend } from "../ui/legend.js";
import { presetPicker } from "../ui/preset-picker.js";
import { decodeSetup, encodeSetup } from "../url-codec.js";
import { readQuery, refreshLanguageLinks, writeQuery } from "../url-state.js";
import { isFinal, lookOf, runStyles } from "../visual.js";
import { bandsTable, createFigureTable, spreadTable, successTable } from "./figure-tables.js";
import { axesOf, decodeGrid, encodeGrid, firstAxes, gridOf, gridRuns, lengthOption, MOST_SEEDS, parseLengths, parseSeeds } from "./grid.js";
import { outcomesOf, retentionOf, successAt } from "./outcome.js";
import { createReader } from "./reader.js";
import { createTable } from "./table.js";
import { spreadWords, statusKey, successWords } from "./words.js";

/** @typedef {import("../types.js").Catalogue} Catalogue */
/** @typedef {import("../types.js").Experiment} Experiment */
/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").Run} Run */
/** @typedef {import("../types.js").Setup} Setup */
/** @typedef {import("../charts/success.js").Model} Model */
/** @typedef {import("../charts/bands.js").Curve} Curve */
/** @typedef {import("./outcome.js").Outcome} Outcome */
/** @typedef {import("./outcome.js").Row} Row */

const ADDRESS_DELAY = 250; // milliseconds after the last change

/** @param {{api: string, lang: string, messages: string, plotly: string}} config */
async function start(config) {
  const api = createApi(config.api);
  const library = loadPlotly(config.plotly);
  const [language, catalogue] = await Promise.all([loadLanguage(config.lang, config.messages), api.catalogue()]);
  createComparison(api, library, language, catalogue);
}

/**
 * @param {import("../api.js").Api} api @param {Promise<import("../plot.js").Plotly>} library
 * @param {Language} language @param {Catalogue} catalogue
 */
function createComparison(api, library, language, catalogue) {
  const { t } = language;
  const figures = byId("figures", HTMLElement);
  const lengthsField = byId("lengths", HTMLInputElement);
  const seedsField = byId("seeds", HTMLInputElement);
  const runButton = byId("run", HTMLButtonElement);
  const stopButton = byId("stop", HTMLButtonElement);
  const alert = byId("alert", HTMLElement);
  const say = calm(byId("status", HTMLElement));
  const surroundings = createSurroundings(figures, figures, language, () => later());

  let setup = decodeSetup(readQuery(), catalogue);
  let { axes, view } = decodeGrid(readQuery(), firstAxes(setup, catalogue));
  /** @type {Experiment|null} */
  let experiment = null;
  /** @type {Run[]} */
  let runs = [];
  let grid = gridOf([]);
  /** @type {Map<string, Row>} */
  let rows = new Map();
  /** @type {Map<string, Curve>} */
  let curves = new Map();
  /** @type {{close: () => void}|null} */
  let stream = null;
  let detached = false; // stopped here, while it goes on for others
  /** @type {import("../types.js").Connection["phase"]|null} of the stream */
  let phase = null;
  let asking = 0; // counts what was asked for: an answer to anything but the last is dropped
  let unread = false; // the alert says that results cannot be read
  let addressTimer = 0;
  let drawing = false;

  const picker = presetPicker(byId("preset", HTMLSelectElement), catalogue, language, (preset) => {
    leave();
    view = { ...view, length: null };
    setup = setupOf(catalogue, preset);
    axes = firstAxes(setup, catalogue);
    changed();
  });
  const controls = createControls({
    inSight: byId("controls-in-sight", HTMLElement),
    all: byId("controls-all", HTMLElement),
    catalogue,
    language,
    labels: ({ runs: models }) => runLabels(models, language),
    onChange: (change) => {
      setup = change(setup);
      changed();
    },
    without: ["task.length"],
  });
  const success = createPlot(byId("success-plot", HTMLElement), library, () => later());
  const spread = createPlot(byId("spread-plot", HTMLElement), library, () => later(), (id) => {
    const found = outcomes().find(({ run }) => run.id === id);
    if (found) window.location.assign(linkTo(found));
  });
  const bands = createPlot(byId("bands-plot", HTMLElement), library, () => later());
  const successRows = createFigureTable("success", () => later());
  const spreadRows = createFigureTable("spread", () => later());
  const bandsRows = createFigureTable("bands", () => later());
  const legend = createLegend(byId("success-legend", HTMLElement));
  const table = createTable(
    byId("runs", HTMLTableElement),
    language,
    (sort) => {
      view = { ...view, sort };
      remember();
      later();
    },
    (outcome) => linkTo(outcome),
  );

  const reader = createReader({
    read: () => {
      const id = experiment?.id ?? "";
      return Promise.all([api.results(id), api.curves(id)]);
    },
    // Stopped here, a run goes on elsewhere, and its row never says what the page says.
    stale: () => !detached && runs.some((run) => isFinal(run.state) && rows.get(run.id)?.state !== run.state),
    onRead: ([results, drawn]) => {
      rows = new Map(results.map((row) => [row.run, row]));
      curves = new Map(drawn.map((curve) => [curve.run, curve]));
      if (unread) alert.hidden = true;
      unread = false;
      later();
    },
    onFailed: (error) => {
      if (isGone(error)) phase = "gone";
      else complain(error);
      unread = !isGone(error);
      later();
      return unread;
    },
  });

  const outcomes = () => outcomesOf(runs, grid.cells, rows);

  /** The Lab, set up as one run. @param {Outcome} outcome */
  const linkTo = ({ run }) => {
    const query = new URLSearchParams(encodeSetup({ preset: setup.preset, runs: [run.spec] }, catalogue));
    query.set("lang", language.lang);
    return `lab?${query}`;
  };

  // ------------------------------------------------------------------ set-up

  function changed() {
    controls.show(setup);
    picker.show(setup.preset);
    // Without a thousands mark, which would be read as the end of a number.
    lengthsField.value = axes.lengths.join(", ");
    seedsField.value = String(axes.seeds);
    tellCount();
    remember();
  }

  function tellCount() {
    const count = setup.runs.length * axes.lengths.length * axes.seeds;
    const most = catalogue.limits.max_runs_per_experiment ?? Infinity;
    const tooMany = count > most;
    runButton.disabled = tooMany;
    setText(runButton, t("compare.run-count", { n: language.integer(count) }));
    problem(byId("seeds-problem", HTMLElement), tooMany ? t("compare.too-many", { n: language.integer(count), limit: language.integer(most) }) : "");
    const asked = experiment ? gridRuns(setup, axes) : [];
    const same = experiment !== null && sameRuns({ preset: "", runs: asked }, { preset: "", runs: runs.map(({ spec }) => spec) });
    byId("setup-changed", HTMLElement).hidden = experiment === null || same;
  }

  /** @param {HTMLElement} place @param {string} text */
  function problem(place, text) {
    setText(place, text);
    document.querySelector(`[aria-describedby~="${place.id}"]`)?.setAttribute("aria-invalid", String(text !== ""));
  }

  lengthsField.addEventListener("change", () => {
    const lengths = parseLengths(lengthsField.value);
    const option = lengthOption(setup, catalogue);
    const wrong = lengths && option ? lengths.map((length) => complaint(option, length)).find(Boolean) : { code: "not_an_integer", limit: null };
    const place = byId("lengths-problem", HTMLElement);
    if (wrong || !lengths) {
      problem(place, fieldProblem({ path: "task.length", message: "", code: wrong?.code, limit: wrong?.limit }, language));
      return;
    }
    problem(place, "");
    axes = { ...axes, lengths };
    changed();
  });
  seedsField.addEventListener("change", () => {
    const seeds = parseSeeds(seedsField.value);
    if (seeds === null) problem(byId("seeds-problem", HTMLElement), t("compare.seeds-problem", { limit: MOST_SEEDS }));
    else {
      axes = { ...axes, seeds };
      changed();
    }
  });

  function remember() {
    window.clearTimeout(addressTimer);
    addressTimer = window.setTimeout(() => {
      writeQuery([...encodeSetup(setup, catalogue), ...encodeGrid(axes, view)]);
      refreshLanguageLinks(document.querySelectorAll("a[hreflang]"));
    }, ADDRESS_DELAY);
  }

  // ------------------------------------------------------------------ runs

  runButton.addEventListener("click", async () => {
    const mine = ++asking;
    runButton.disabled = true;
    alert.hidden = true;
    try {
      const found = await api.create({ runs: gridRuns(setup, axes) });
      if (mine === asking) follow(found);
    } catch (error) {
      if (mine === asking) complain(error);
    }
    if (mine === asking) tellCount();
  });
  stopButton.addEventListener("click", async () => {
    if (!experiment) return;
    try {
      const { state, holders } = await api.stop(experiment.id);
      if (holders === 0 || state === "cancelled" || state === "done") return;
      // It goes on for others: here it is over, with what there is.
      stream?.close();
      stream = null;
      phase = null;
      runs = runs.map((run) => (isFinal(run.state) ? run : { ...run, state: "cancelled" }));
      detached = true;
      later();
    } catch (error) {
      complain(error);
    }
  });

  /** @param {unknown} error */
  function complain(error) {
    if (!(error instanceof ApiError)) throw error;
    const { problem: refused } = error;
    unread = false;
    alert.hidden = false;
    setText(alert, problemText(refused, language));
    // Which run of the grid it was says nothing to a reader: the field does.
    controls.complain(refused.errors.map((each) => ({ path: each.path.replace(/^runs\.\d+\./, ""), text: fieldProblem(each, language) })));
  }

  function leave() {
    asking += 1;
    reader.reset();
    stream?.close();
    stream = null;
    phase = null;
    experiment = null;
    runs = [];
    rows = new Map();
    curves = new Map();
    table.clear();
    view = { ...view, experiment: null };
    figures.hidden = true;
    tellProgress();
  }

  /** @param {Experiment} found */
  function follow(found) {
    leave();
    detached = false;
    experiment = found;
    runs = found.runs;
    grid = gridOf(runs.map(({ spec }) => spec));
    view = { ...view, experiment: found.id };
    figures.hidden = false;
    stream = openStream(api.eventsUrl(found.id), {
      onFrame: () => {},
      onState: (id, change) => {
        const ended = change.state !== undefined && isFinal(change.state);
        runs = runs.map((run) => (run.id === id ? { ...run, ...change } : run));
        if (ended) reader.soon();
        later();
      },
      onReset: () => {},
      onConnection: (connection) => {
        phase = connection.phase;
        if (phase === "ended") reader.soon(0);
        later();
      },
      // A server that starts again answers nothing for a while: only "not found" is an answer.
      stillThere: () => api.experiment(found.id).then(() => true, (error) => !isGone(error)),
    });
    reader.soon(0);
    tellCount();
    remember();
    later();
  }

  // ------------------------------------------------------------------ drawing

  function later() {
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      tellProgress();
      if (experiment) draw();
    });
  }

  function tellProgress() {
    const progress = byId("progress", HTMLProgressElement);
    const over = runs.filter(({ state }) => isFinal(state)).length;
    const running = runs.filter(({ state }) => state === "running").length;
    const key = statusKey({ there: experiment !== null, over: over === runs.length, detached, phase });
    stopButton.hidden = experiment === null || over === runs.length || phase === "gone";
    progress.hidden = stopButton.hidden;
    progress.max = Math.max(1, runs.length);
    progress.value = over;
    say(key, t(key, { over: language.integer(over), n: language.integer(runs.length), running: language.integer(running) }));
  }

  function draw() {
    const { current } = surroundings;
    const all = outcomes();
    const { lengths } = axesOf(grid.cells);
    const length = view.length !== null && lengths.includes(view.length) ? view.length : lengths[lengths.length - 1];
    const names = runLabels(grid.models, language);
    const asRuns = grid.models.map((spec, at) => /** @type {Run} */ (/** @type {unknown} */ ({ id: String(at), spec })));
    const styles = runStyles(asRuns, current.palette, (run) => names[Number(run.id)]);
    /** @type {Model[]} */
    const models = asRuns.map(({ id, spec }, at) => ({
      label: names[at],
      look: lookOf({ cell: /** @type {import("../types.js").CellName} */ (spec.model.cell), style: styles[id] }),
    }));
    const context = (/** @type {string} */ id) => ({
      ...current,
      left: current.margins.left,
      right: current.margins.right,
      width: byId(id, HTMLElement).clientWidth,
    });
    showLengths(lengths, length);
    const at = all.filter((each) => each.length === length);

    success.draw(successFigure(models, lengths, (model, of) => successAt(all, model, of).interval, context("success-plot")));
    legend.show(
      models.map((model, index) => {
        const { solved, over } = successAt(all, index, length);
        return { key: String(index), label: model.label, look: model.look, value: over ? t("compare.rate", { k: language.integer(solved), n: language.integer(over) }) : "—" };
      }),
    );
    setText(byId("success-summary", HTMLElement), successWords(all, names, lengths, language));
    successRows(() => successTable(all, names, lengths, language));

    const points = at.flatMap(({ run, row, over, model, seed }) =>
      /** @type {const} */ (["before", "after"]).flatMap((when) => {
        if (!row || (when === "after" && !over)) return [];
        const retention = retentionOf(run, row, when);
        if (retention === null) return []; // not measured
        const value = retention === -Infinity ? t("word.zero") : retention === Infinity ? t("word.overflow") : language.number(10 ** retention);
        return [{ run: run.id, model, when, retention, text: t("spread.point", { seed, value }) }];
      }),
    );
    spread.draw(spreadFigure(models, points, context("spread-plot")));
    setText(byId("spread-summary", HTMLElement), spreadWords(points, names, length, language));
    spreadRows(() => spreadTable(at, names, length, language));

    const end = Math.max(1, ...at.map(({ run }) => Number(run.spec.training.steps)));
    const those = models.map((_, index) => at.filter((each) => each.model === index).flatMap(({ run }) => curves.get(run.id) ?? []));
    bands.draw(bandsFigure(models, those, end, context("bands-plot")));
    setText(byId("bands-summary", HTMLElement), t("bands.summary", { length: language.integer(length), n: language.integer(at.length) }));
    bandsRows(() => bandsTable(those, names, end, length, language));

    table.show(all, view.sort, names);
  }

  let lengthsShown = "";
  /** @param {number[]} lengths @param {number} chosen */
  function showLengths(lengths, chosen) {
    const fieldset = byId("length-shown", HTMLFieldSetElement);
    if (lengths.join() !== lengthsShown) {
      lengthsShown = lengths.join();
      const [legendOf] = fieldset.children;
      fieldset.replaceChildren(
        legendOf,
        ...lengths.map((length) =>
          el("label", {}, el("input", { type: "radio", name: "length", value: length, onchange: () => chooseLength(length) }), el("span", {}, `T = ${language.integer(length)}`)),
        ),
      );
    }
    for (const input of fieldset.querySelectorAll("input")) input.checked = Number(input.value) === chosen;
  }

  /** @param {number} length */
  function chooseLength(length) {
    view = { ...view, length };
    remember();
    later();
  }

  // ------------------------------------------------------------------ export

  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-save]"))) {
    button.addEventListener("click", async () => {
      if (!experiment) return;
      const { id } = experiment;
      const kind = button.dataset.save === "csv" ? "text/csv" : "application/json";
      const blob = await api.file(`/experiments/${id}/results`, kind).catch(complain);
      if (blob) save(`comparison-${id}.${button.dataset.save}`, blob);
    });
  }

  connectTheme(byId("theme", HTMLButtonElement), surroundings.forget);
  connectPaper(() => {
    surroundings.forget();
    if (experiment) draw();
  });
  changed();
  if (view.experiment) void resume(view.experiment);

  /** @param {string} id */
  async function resume(id) {
    const mine = ++asking;
    try {
      const found = await api.experiment(id);
      if (mine === asking) follow(found);
    } catch (error) {
      if (mine !== asking) return;
      if (!isGone(error)) return complain(error);
      // Another server, or a log that was cleared: the set-up in the address still holds.
      view = { ...view, experiment: null };
      phase = "gone";
      tellProgress();
      remember();
    }
  }
}

/** @param {unknown} error */
function isGone(error) {
  return error instanceof ApiError && error.problem.status === 404;
}

const config = JSON.parse(document.getElementById("config")?.textContent ?? "{}");
start(config).catch((error) => {
  const alert = document.getElementById("alert");
  // The texts themselves may be what failed, so this one comes with the page.
  if (alert) {
    alert.hidden = false;
    alert.textContent = alert.dataset.unreachable ?? "";
  }
  throw error;
});
