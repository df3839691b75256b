/** The Lab: wires the owners of side effects to the pure parts. */

import { withoutGates } from "./ablation.js";
import { createApi } from "./api.js";
import { begin } from "./begin.js";
import { allOver, fieldProblem } from "./describe.js";
import { sameQuestion, sameRuns, setupOf, setupOfRuns, toExperiment } from "./experiment.js";
import { loadLanguage } from "./i18n.js";
import { connectMode } from "./mode.js";
import { createPace } from "./pace.js";
import { advance, backToLive, initialClock, rewind, seek, togglePlay } from "./playback.js";
import { loadPlotly } from "./plot.js";
import { createPinnedLog } from "./pinned-log.js";
import { pinList, pinnedAt, pinText } from "./pins.js";
import { previewState } from "./preview.js";
import { runLabels } from "./run-labels.js";
import { connectPrint } from "./print.js";
import { createScheduler } from "./scheduler.js";
import { setupTitle } from "./setup-title.js";
import { createSession } from "./session.js";
import { createStore } from "./store.js";
import { createSurroundings } from "./surroundings.js";
import { connectTheme } from "./theme.js";
import { createTransports } from "./transports.js";
import { changeable } from "./try.js";
import { decodeChanges, decodeSetup, decodeView, encodeChanges, encodeSetup, encodeView, hasSetup } from "./url-codec.js";
import { readQuery, refreshLanguageLinks, writeQuery } from "./url-state.js";
import { budgetOf, edgeStep, knownStep, nextFrameStep, trainingEnd, viewAt } from "./view.js";
import { CELLS, lanesOf, runStyles } from "./visual.js";
import { createChart } from "./ui/chart.js";
import { cellPanel } from "./ui/cell-panel.js";
import { createClockBar } from "./ui/clock-bar.js";
import { createPins } from "./ui/pins.js";
import { createControls } from "./ui/controls.js";
import { createCursor } from "./ui/cursor.js";
import { byId } from "./ui/dom.js";
import { heatPanel } from "./ui/heat-panel.js";
import { highwayPanel } from "./ui/highway-panel.js";
import { inputsPanel, unitsPanel } from "./ui/gates-panels.js";
import { createLaunch, guessLocked } from "./ui/launch.js";
import { createShortcuts } from "./ui/shortcuts.js";
import { createTakeAway } from "./ui/take-away.js";
import { gatesLegendPanel, gatesPanel, lossLegendPanel, lossPanel, profileLegendPanel, profilePanel } from "./ui/panels.js";
import { saysPanel } from "./ui/says-panel.js";
import { tablePanels } from "./ui/table-panels.js";
import { tryPanel } from "./ui/try-panel.js";
import { createViewControls } from "./ui/view-controls.js";

/** @typedef {import("./types.js").Catalogue} Catalogue */
/** @typedef {import("./types.js").Experiment} Experiment */
/** @typedef {import("./types.js").Language} Language */
/** @typedef {import("./types.js").LabState} LabState */
/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./types.js").Scene} Scene */
/** @typedef {import("./types.js").Setup} Setup */

/** Milliseconds after the last change before the address follows it. */
const ADDRESS_DELAY = 250;
/** Milliseconds for which a result that is complete still moves. */
const REST_AFTER = 5000;

/** @param {import("./begin.js").Config} config */
async function start(config) {
  const api = createApi(config.api);
  const [language, catalogue] = await Promise.all([loadLanguage(config.lang, config.messages), api.catalogue()]);
  createLab(api, language, catalogue, config.plotly);
}

/**
 * @param {import("./api.js").Api} api
 * @param {Language} language
 * @param {Catalogue} catalogue
 * @param {string} plotly address
 */
function createLab(api, language, catalogue, plotly) {
  const figures = byId("figures", HTMLElement);
  const highway = highwayPanel();
  const gates = byId("gates", HTMLElement);
  const surroundings = createSurroundings(figures, highway.element, language, () => wake());
  const store = createStore(() => wake());
  /** @type {ReturnType<typeof createScheduler<Scene>>} */
  const scheduler = createScheduler();
  const pace = createPace();
  const transports = createTransports(api, () => wake());
  const session = createSession(api, store, (problem) =>
    controls.complain(problem.errors.map((each) => ({ path: each.path, text: fieldProblem(each, language) }))),
  );

  let setup = decodeSetup(readQuery(), catalogue);
  let viewState = decodeView(readQuery());
  let tried = decodeChanges(readQuery(), changeable(setup.runs, catalogue).map(({ option }) => option));
  let clock = initialClock();
  let toEdge = false; // after a reload: no replay of what was already seen
  /** @type {Setup|null} the set-up of the experiment on screen */
  let shownSetup = null;
  /** @type {string|null} what was predicted of it */
  let shownGuess = null;
  let unchanged = false; // the set-up is that one
  // Between two changes only the light on the highway moves.
  let changed = true;
  let flying = false; // light may move
  let resting = false; // all is over, and seen
  let restAt = 0; // milliseconds, on the clock of animation frames
  let frameRequested = false;
  let before = 0;
  let addressTimer = 0;

  const titleOf = (/** @type {Setup} */ of) => setupTitle(of, launch.titleOf(of.preset), catalogue, language);
  const labels = (/** @type {Setup} */ { runs }) => runLabels(runs, language);
  const controls = createControls({
    inSight: byId("controls-in-sight", HTMLElement),
    all: byId("controls-all", HTMLElement),
    catalogue,
    language,
    labels,
    onChange: (change) => useSetup(change(setup)),
  });
  const launch = createLaunch({
    catalogue,
    language,
    onPreset: (preset) => {
      leave();
      viewState = { ...viewState, guess: null, timestep: null, gates: -1, cell: -1 };
      useSetup(setupOf(catalogue, preset));
    },
    onGuess: (guess) => setView({ guess }),
    onAction: (action) => {
      if (action === "run") void run();
      if (action === "stop") void session.stop();
      if (action === "replay") setClock(rewind(clock));
    },
  });
  const viewControls = createViewControls((change) => setView(change));
  const cursor = createCursor(figures, () => surroundings.current.margins, ({ pinned }) => setView({ timestep: pinned }));
  const clockBar = createClockBar(language, {
    toggle,
    frame: toFrame,
    seek: (step) => setClock(seek(clock, Math.min(step, edgeStep(store.state)))),
    live: () => setClock(backToLive(clock, edgeStep(store.state))),
    speed: (speed) => setClock({ ...clock, speed }),
    stop: () => void session.stop(),
    pin: (t) => cursor.set(currentLength, t),
    unpin: () => cursor.set(currentLength, null),
  });
  let currentLength = 1;
  /** @type {Promise<import("./plot.js").Plotly>|null} */
  let library = null;
  const chart = (/** @type {string} */ figure) => createChart(figure, () => (library ??= loadPlotly(plotly)), language, () => wake());
  const whatIf = tryPanel({
    ...{ api, catalogue, language, chart: chart("try"), wake: () => wake() },
    start: { changes: tried, trained: viewState.trained },
    onChange: (changes, trained) => {
      tried = changes;
      setView({ trained });
    },
  });
  const highwayVisible = scheduler.add(highway, () => wake());
  for (const panel of [
    saysPanel(catalogue, showFigure),
    profilePanel(chart("profile")),
    profileLegendPanel(),
    whatIf.panel,
    heatPanel(),
    inputsPanel(),
    unitsPanel((unit) => setView({ unit })),
    gatesPanel(chart("gates")),
    gatesLegendPanel(),
    cellPanel((change) => setView(change)),
    lossPanel(chart("loss")),
    lossLegendPanel(),
    ...tablePanels(() => wake()),
  ]) {
    scheduler.add(panel, () => wake());
  }
  const pinnedLog = createPinnedLog(api, () => wake(), (id) => {
    pin(pinList(viewState.pins).filter((each) => each !== id));
    pins.say(language.t("pin.gone"));
  });
  /** @type {Map<string, string>} */
  const pinnedLinks = new Map();
  const pins = createPins(language, {
    pin: (id) => pin([...pinList(viewState.pins), id]),
    unpin: (id) => pin(pinList(viewState.pins).filter((each) => each !== id)),
    ablate: (index) => {
      const next = withoutGates(setup, catalogue, index);
      if (!next) return;
      leave();
      viewState = { ...viewState, guess: null };
      useSetup(next);
      void run();
    },
  });
  const takeAway = createTakeAway({
    api,
    language,
    scene: sceneNow,
    title: () => titleOf(shownSetup ?? setup),
    address: () => {
      tellAddress();
      return window.location.href;
    },
  });
  connectTheme(byId("theme", HTMLButtonElement), surroundings.forget);
  const mode = connectMode(document.body, surroundings.forget);
  if (document.getElementById("keys")) createShortcuts(keys()); // a frame leaves the keys to its page
  connectPrint(
    { setup: byId("print-setup", HTMLElement), link: byId("print-link", HTMLElement) },
    {
      draw: () => {
        surroundings.forget();
        scheduler.drawAll(sceneNow());
        highway.animate(performance.now(), false);
        highway.fillNight();
        tellAddress();
        return { setup: `${titleOf(shownSetup ?? setup)} · ${labels(shownSetup ?? setup).join(", ")}`, address: window.location.href };
      },
      restore: surroundings.forget,
    },
  );
  document.addEventListener("visibilitychange", () => wake());

  /** @param {import("./types.js").Clock} next */
  function setClock(next) {
    clock = next;
    toEdge = false;
    wake();
  }

  function toggle() {
    setClock(togglePlay(clock, edgeStep(store.state), allOver(store.state)));
  }

  /** @param {-1|1} direction */
  function toFrame(direction) {
    setClock(seek(clock, nextFrameStep(store.state, clock.step, direction)));
  }

  /** @param {Partial<typeof viewState>} change */
  function setView(change) {
    viewState = { ...viewState, ...change };
    rememberAddress();
    wake();
  }

  /** @param {import("./says.js").Goal} goal */
  function showFigure({ figure, view }) {
    setView(view);
    byId(figure, HTMLElement).scrollIntoView({ behavior: surroundings.current.still ? "auto" : "smooth" });
    byId(`${figure}-title`, HTMLElement).focus({ preventScroll: true });
  }

  /** @param {Setup} next */
  function useSetup(next) {
    setup = next;
    // Back at the question whose answer is told, what was predicted of it holds.
    if (shownSetup && !store.state.submitting && guessLocked(store.state, answered())) viewState = { ...viewState, guess: shownGuess };
    unchanged = shownSetup !== null && sameRuns(shownSetup, setup);
    controls.show(setup);
    rememberAddress();
    wake();
  }

  /** Whether the set-up asks what the experiment on screen asked. */
  function answered() {
    return shownSetup !== null && sameQuestion(shownSetup, setup);
  }

  /** @returns {Record<string, () => void>} what each key does */
  function keys() {
    const figure = (/** @type {string} */ id) => () => byId(id, HTMLElement).scrollIntoView({ behavior: surroundings.current.still ? "auto" : "smooth" });
    return {
      r: () => byId("run", HTMLButtonElement).click(),
      " ": toggle,
      ",": () => toFrame(-1),
      ".": () => toFrame(1),
      l: () => setClock(backToLive(clock, edgeStep(store.state))),
      s: takeAway.open,
      p: mode.toggle,
      f: mode.fullScreen,
      ...Object.fromEntries(["highway", "profile", "heat", "gates", "loss"].map((id, at) => [String(at + 1), figure(id)])),
    };
  }

  /** @param {string} id of a pinned experiment @returns {string} its set-up too, for a server that has lost it */
  function linkOf(id) {
    const runs = pinnedLinks.get(id) ? null : pinnedLog.state(id);
    if (runs) {
      const pairs = encodeSetup(setupOfRuns(runs.order.map((each) => runs.runs[each].spec), catalogue, setup.preset), catalogue);
      pinnedLinks.set(id, `?${new URLSearchParams([["lang", language.lang], ...pairs, ["exp", id]])}`);
    }
    return pinnedLinks.get(id) ?? `?exp=${id}&lang=${language.lang}`;
  }

  /** @param {string[]} ids */
  function pin(ids) {
    pins.say("");
    setView({ pins: pinText(ids) });
  }

  function rememberAddress() {
    window.clearTimeout(addressTimer);
    addressTimer = window.setTimeout(tellAddress, ADDRESS_DELAY);
  }

  function tellAddress() {
    writeQuery([...encodeSetup(setup, catalogue), ...encodeView(viewState), ...encodeChanges(tried)]);
    refreshLanguageLinks(document.querySelectorAll("a[hreflang]"));
  }

  function leave() {
    shownSetup = null;
    shownGuess = null;
    toEdge = false;
    viewState = { ...viewState, experiment: null };
    clock = { ...initialClock(), speed: clock.speed };
    session.leave();
  }

  async function run() {
    const sent = setup;
    const { guess } = viewState;
    const experiment = await session.run(toExperiment(sent, catalogue));
    if (!experiment) return;
    began(experiment, sent, guess);
    highway.element.scrollIntoView({ block: "nearest", behavior: surroundings.current.still ? "auto" : "smooth" });
  }

  /** Take up the experiment that the address names. */
  async function resume() {
    if (!viewState.experiment) return;
    // Somebody may have written the link by hand, or changed the set-up after the run.
    const isWhole = !hasSetup(readQuery(), catalogue);
    const experiment = await session.resume(viewState.experiment);
    if (experiment === "gone") {
      // Another server, or a log that was cleared: the set-up in the address still holds.
      setView({ experiment: null });
    } else if (experiment) {
      const specs = experiment.runs.map((each) => each.spec);
      const asRun = isWhole ? setupOfRuns(specs, catalogue, setup.preset) : { preset: setup.preset, runs: specs };
      if (isWhole) useSetup(asRun);
      // A prediction in the address is one of the set-up there.
      began(experiment, asRun, sameQuestion(asRun, setup) ? viewState.guess : null);
      toEdge = true;
    }
  }

  /** @param {Experiment} experiment @param {Setup} asSetUp @param {string|null} guess */
  function began(experiment, asSetUp, guess) {
    pace.clear();
    shownSetup = asSetUp;
    shownGuess = guess;
    unchanged = sameRuns(asSetUp, setup);
    clock = { ...initialClock(), speed: clock.speed };
    toEdge = false;
    setView({ experiment: experiment.id });
    tellAddress(); // now: who reloads the page in the next moment wants this experiment
  }

  function wake() {
    changed = true;
    request();
  }

  function request() {
    if (frameRequested || document.hidden) return;
    frameRequested = true;
    requestAnimationFrame(tick);
  }

  /** @param {number} now milliseconds @returns {boolean} whether the light goes on moving */
  function moveLight(now) {
    // Who looks longer than that at a result is not to be moved at for ever.
    if (!resting) restAt = now + REST_AFTER;
    return highwayVisible() && highway.animate(now, flying && now < restAt);
  }

  /** @param {number} now milliseconds */
  function tick(now) {
    frameRequested = false;
    if (!changed) {
      before = now;
      if (moveLight(now)) request();
      return;
    }
    changed = false;
    const state = store.settle();
    const { current } = surroundings;
    const seconds = Math.min(1, (now - before) / 1000);
    before = now;
    const edge = edgeStep(state);
    if (toEdge && state.order.some((id) => state.logs[id].length)) {
      // The log arrives in one burst; what was known when the page opened is not replayed.
      clock = { ...clock, step: edge };
      toEdge = edge < knownStep(state);
    }
    const step = clock.step;
    clock = advance(clock, edge, budgetOf(state), seconds, current.still);
    for (const id of state.order) {
      const log = state.logs[id];
      if (log.length && state.runs[id].state === "running") pace.note(id, log[log.length - 1].step, now / 1000);
    }
    const scene = sceneNow();
    currentLength = scene.view.length;
    cursor.set(scene.view.length, viewState.timestep);
    show(scene, state);
    const waiting = scheduler.run(scene);
    flying = !current.still && clock.mode !== "paused" && scene.view.runs.some(({ frame }) => frame);
    resting = allOver(state) && clock.step >= edge;
    const animated = moveLight(now);
    if (waiting || clock.step !== step || (clock.mode !== "paused" && clock.step < edge)) wake();
    else if (animated) request();
  }

  /** @returns {Scene} */
  function sceneNow() {
    const { current } = surroundings;
    const state = store.state.experiment ? store.state : previewState(setup, catalogue);
    const runs = state.order.map((id) => state.runs[id]);
    const names = runLabels(runs.map((each) => each.spec), language);
    const labelOf = (/** @type {Run} */ each) => names[runs.indexOf(each)];
    const view = viewAt(state, clock.step, runStyles(runs, current.palette, labelOf));
    const nightStyles = runStyles(runs, current.night, labelOf);
    const lanes = lanesOf(view, language.t).map((lane) => ({ ...lane, width: lane.width * current.stroke }));
    const pinned = pinList(viewState.pins).flatMap((id, at) => {
      const log = id === state.experiment?.id ? null : pinnedLog.state(id);
      return log ? [pinnedAt(log, at + 1, clock.step, current)] : [];
    });
    const gated = view.runs.findIndex(({ cell }) => CELLS[cell].gates.length > 0);
    const chosen = view.runs[viewState.gates] ? viewState.gates : Math.max(0, gated);
    return {
      state,
      view,
      lanes,
      pinned,
      nightLanes: lanes.map((lane) => ({ ...lane, colour: nightStyles[lane.shown.run.id].colour })),
      end: trainingEnd(state),
      clock,
      timestep: cursor.timestep,
      scale: viewState.scale,
      theory: viewState.theory,
      tried: whatIf.shown(view.runs),
      transports: transports.of(viewState.scale === "jacobian" ? view.runs : []),
      gates: chosen,
      cell: view.runs[viewState.cell] ? viewState.cell : chosen,
      units: viewState.units,
      unit: viewState.unit,
      shown: [...pinned.flatMap((each) => each.view.runs), ...view.runs].map(({ run: each, frame, ended }) => `${each.id}:${frame?.seq ?? "-"}:${ended}:${each.state}`).join(" "),
      surroundings: current,
    };
  }

  /** @param {Scene} scene @param {LabState} state */
  function show(scene, state) {
    const training = state.order.filter((id) => state.runs[id].state === "running");
    const left = training.map((id) => pace.left(id, state.runs[id].steps)).filter((value) => value !== null);
    launch.show(state, scene.view, {
      preset: setup.preset,
      guess: viewState.guess,
      unchanged,
      answered: answered(),
      result: shownSetup && {
        preset: shownSetup.preset,
        guess: shownGuess,
        asPreset: sameQuestion(shownSetup, setupOf(catalogue, shownSetup.preset)),
      },
      length: language.integer(Number(setup.runs[0].task.length)),
      left: left.length ? Math.max(...left) : null,
      seen: scene.view.runs.every(({ ended }) => ended) && clock.step >= scene.view.edge,
    });
    pins.show(scene, pinList(viewState.pins), linkOf);
    clockBar.show(scene, !allOver(state));
    const gated = scene.view.runs.flatMap(({ cell, style }, index) => (CELLS[cell].gates.length ? [{ label: style.label, index }] : []));
    viewControls.show(viewState, gated, scene.gates);
    gates.hidden = gated.length === 0; // plain RNNs have none
  }

  useSetup(setup);
  void resume();
  wake();
}

begin(start);
