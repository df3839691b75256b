/** The page of comparisons: wires the form, the life of the experiment, the figures and the address. */

import { ApiError, createApi } from "../api.js";
import { begin } from "../begin.js";
import { problemText } from "../describe.js";
import { loadLanguage } from "../i18n.js";
import { calm } from "../lesson/calm.js";
import { connectPrint } from "../print.js";
import { runLabels } from "../run-labels.js";
import { createScheduler } from "../scheduler.js";
import { createSurroundings } from "../surroundings.js";
import { connectTheme } from "../theme.js";
import { byId, setText } from "../ui/dom.js";
import { decodeSetup, encodeSetup } from "../url-codec.js";
import { readQuery, refreshLanguageLinks, writeQuery } from "../url-state.js";
import { isFinal } from "../visual.js";
import { decodeGrid, encodeGrid, firstAxes, gridOf, gridRuns } from "./grid.js";
import { createGridForm } from "./grid-form.js";
import { createLife, runsOf } from "./life.js";
import { comparePanels } from "./panels.js";
import { createRemaining, failureWords, shareDone, statusOf } from "./progress.js";
import { sceneOf } from "./scene.js";
import { connectTake } from "./take.js";

/** @typedef {import("../types.js").Catalogue} Catalogue */
/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("./life.js").Life} Life */
/** @typedef {import("./outcome.js").Outcome} Outcome */
/** @typedef {import("./scene.js").Scene} Scene */

const ADDRESS_DELAY = 250; // milliseconds after the last change

/** @param {import("../begin.js").Config} config */
async function start(config) {
  const api = createApi(config.api);
  const [language, catalogue] = await Promise.all([loadLanguage(config.lang, config.messages), api.catalogue()]);
  createComparison(api, language, catalogue);
}

/** @param {import("../api.js").Api} api @param {Language} language @param {Catalogue} catalogue */
function createComparison(api, language, catalogue) {
  const { t, has } = language;
  const figures = byId("figures", HTMLElement);
  const tell = createTeller(language);
  const surroundings = createSurroundings(figures, figures, language, () => wake());
  /** @type {ReturnType<typeof createScheduler<Scene>>} */
  const scheduler = createScheduler();
  const life = createLife(api, () => wake(), (problem) => form.complain(problem));

  const setup = decodeSetup(readQuery(), catalogue);
  const decoded = decodeGrid(readQuery(), firstAxes(setup, catalogue));
  let { view } = decoded;
  /** @type {Life} */
  let now = life.settle();
  let grid = gridOf([]);
  let version = 0; // of what the runs do and have measured
  let frameRequested = false;
  let addressTimer = 0;

  const form = createGridForm({
    catalogue,
    language,
    start: { setup, axes: decoded.axes },
    onPreset: () => {
      life.leave();
      view = { ...view, length: null, experiment: null };
    },
    onChange: rememberAddress,
  });

  /** The Lab, set up as one run. @param {Outcome} outcome @param {string} [experiment] whose only run it is */
  const linkTo = ({ run }, experiment = "") => {
    const query = new URLSearchParams(encodeSetup({ preset: form.setup.preset, runs: [run.spec] }, catalogue));
    query.set("lang", language.lang);
    if (experiment) query.set("exp", experiment);
    return `lab?${query}`;
  };

  /**
   * A run that is over is there already: the Lab opens with it. Whoever wants a new window gets the set-up.
   * @param {Outcome} outcome @param {MouseEvent} event
   */
  async function openInLab(outcome, event) {
    if (opensElsewhere(event)) return;
    if (!["solved", "finished", "diverged"].includes(outcome.run.state)) return;
    event.preventDefault();
    const alone = await api.create({ runs: [outcome.run.spec] }).catch((error) => {
      if (!(error instanceof ApiError)) throw error;
      return null; // the Lab says what is wrong
    });
    tellAddress(); // "back" leads here
    window.location.assign(linkTo(outcome, alone?.id));
  }

  for (const panel of comparePanels({
    language,
    wake: () => wake(),
    onSort: (sort) => look({ sort }),
    onLength: (length) => look({ length }),
    find: (run) => sceneNow()?.all.find((each) => each.run.id === run),
    lab: { to: (outcome) => linkTo(outcome), follow: (outcome, event) => void openInLab(outcome, event) },
  })) {
    scheduler.add(panel, () => wake());
  }

  const title = () => (has(`preset.${form.setup.preset}.title`) ? t(`preset.${form.setup.preset}.title`) : form.setup.preset);
  const address = () => {
    tellAddress();
    return window.location.href;
  };
  const take = connectTake({
    api,
    language,
    address,
    now: () => {
      const scene = sceneNow();
      return scene && now.state.experiment ? { id: now.state.experiment.id, scene, title: title() } : null;
    },
  });
  connectTheme(byId("theme", HTMLButtonElement), surroundings.forget);
  connectPrint(
    { setup: byId("print-setup", HTMLElement), link: byId("print-link", HTMLElement) },
    {
      draw: () => {
        surroundings.forget();
        const scene = sceneNow();
        if (scene) scheduler.drawAll(scene);
        return { setup: `${title()} · ${runLabels(form.setup.runs, language).join(", ")}`, address: address() };
      },
      restore: surroundings.forget,
    },
  );
  document.addEventListener("visibilitychange", () => wake());
  byId("run", HTMLButtonElement).addEventListener("click", async () => {
    const found = await life.run({ runs: gridRuns(form.setup, form.axes) });
    if (found) began(found.id);
  });
  byId("stop", HTMLButtonElement).addEventListener("click", () => void life.stop());
  byId("ready", HTMLElement).addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || opensElsewhere(event)) return;
    event.preventDefault();
    const query = new URLSearchParams(link.search);
    const chosen = decodeSetup(query, catalogue);
    form.use(chosen, decodeGrid(query, firstAxes(chosen, catalogue)).axes);
    byId("run", HTMLButtonElement).focus(); // and in sight
  });

  /** @param {string|null} experiment */
  function began(experiment) {
    view = { ...view, experiment };
    tellAddress(); // now: who reloads the page in the next moment wants this experiment
    wake();
  }

  /** @param {Partial<typeof view>} change */
  function look(change) {
    view = { ...view, ...change };
    rememberAddress();
    scheduler.hurry();
    wake();
  }

  function rememberAddress() {
    window.clearTimeout(addressTimer);
    addressTimer = window.setTimeout(tellAddress, ADDRESS_DELAY);
  }

  function tellAddress() {
    window.clearTimeout(addressTimer);
    writeQuery([...encodeSetup(form.setup, catalogue), ...encodeGrid(form.axes, view)]);
    refreshLanguageLinks(document.querySelectorAll("a[hreflang]"));
    take.show(window.location.href);
  }

  function wake() {
    if (frameRequested || document.hidden) return;
    frameRequested = true;
    requestAnimationFrame(tick);
  }

  function tick() {
    frameRequested = false;
    const before = now;
    now = life.settle();
    const { experiment, runs } = now.state;
    if (experiment !== before.state.experiment) {
      const specs = experiment?.runs.map(({ spec }) => spec) ?? null;
      grid = gridOf(specs ?? []);
      form.showing(specs);
      figures.hidden = experiment === null;
      byId("ready", HTMLElement).hidden = experiment !== null;
    }
    if (runs !== before.state.runs || now.rows !== before.rows) version += 1;
    form.working(now.state.submitting || runsOf(now.state).some(({ state }) => !isFinal(state)));
    tell(now);
    const scene = sceneNow();
    if (scene && scheduler.run(scene)) wake();
  }

  /** @returns {Scene|null} */
  function sceneNow() {
    if (!now.state.experiment) return null;
    const { rows, curves } = now;
    return sceneOf({ runs: runsOf(now.state), grid, rows, curves, version }, view, surroundings.current);
  }

  form.show();
  if (view.experiment) {
    void life.resume(view.experiment).then((found) => {
      // Another server, or a log that was cleared: the set-up in the address still holds.
      if (found === "gone") began(null);
    });
  }
}

/** @param {MouseEvent} event that is to open another window or tab */
const opensElsewhere = (event) => event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0;

/** Status, progress and what went wrong, beside the buttons. @param {Language} language */
function createTeller(language) {
  const status = byId("status", HTMLElement);
  const say = calm(status, byId("status-said", HTMLElement));
  const progress = byId("progress", HTMLProgressElement);
  const stop = byId("stop", HTMLButtonElement);
  const failures = byId("failures", HTMLElement);
  const alert = byId("alert", HTMLElement);
  const remaining = createRemaining();

  return (/** @type {Life} */ now) => {
    const { state, gone, problem } = now;
    const runs = runsOf(state);
    const share = shareDone(runs);
    const left = remaining.left(state.experiment?.id ?? "", share, performance.now() / 1000);
    const { key, text, tone } = statusOf(now, left, language);
    say(key, text);
    status.dataset.tone = tone;
    const working = state.experiment !== null && !gone && runs.some((run) => !isFinal(run.state));
    stop.hidden = !working;
    progress.hidden = !working;
    progress.value = share;
    const failed = failureWords(runs, language);
    setText(failures, failed);
    failures.hidden = failed === "";
    alert.hidden = problem === null;
    setText(alert, problem ? problemText(problem, language) : "");
  };
}

begin(start);
