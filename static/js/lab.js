/**
 * The Lab: wires the owners of side effects to the pure parts. Long because all of them meet here, and
 * only here: what each does is in its own module.
 */

import { withoutGates } from "./ablation.js";
import { createApi } from "./api.js";
import { askedOf, comparedWith } from "./asked.js";
import { begin } from "./begin.js";
import { allOver, fieldProblem } from "./describe.js";
import { sameQuestion, setupOf, setupOfRuns, toExperiment } from "./experiment.js";
import { loadLanguage } from "./i18n.js";
import { createLoop } from "./loop.js";
import { connectMode } from "./mode.js";
import { createPace } from "./pace.js";
import { createPinnedLog } from "./pinned-log.js";
import { pinList, pinText } from "./pins.js";
import { previewState } from "./preview.js";
import { connectPrint } from "./print.js";
import { runLabels } from "./run-labels.js";
import { sceneOf } from "./scene.js";
import { createSession } from "./session.js";
import { setupTitle } from "./setup-title.js";
import { createStore } from "./store.js";
import { createSurroundings } from "./surroundings.js";
import { connectTheme } from "./theme.js";
import { createTrainingClock } from "./training-clock.js";
import { createTransports } from "./transports.js";
import { changeable } from "./try.js";
import { createClockBar } from "./ui/clock-bar.js";
import { createControls } from "./ui/controls.js";
import { createCursor } from "./ui/cursor.js";
import { byId } from "./ui/dom.js";
import { createFigures } from "./ui/figures.js";
import { createLaunch, guessLocked } from "./ui/launch.js";
import { createPins } from "./ui/pins.js";
import { createShortcuts } from "./ui/shortcuts.js";
import { createTakeAway } from "./ui/take-away.js";
import { createViewControls } from "./ui/view-controls.js";
import { decodeChanges, decodeSetup, decodeView, encodeChanges, encodeSetup, encodeView, hasSetup } from "./url-codec.js";
import { createAddress, readQuery } from "./url-state.js";
import { edgeStep } from "./view.js";
import { CELLS } from "./visual.js";

/** @typedef {import("./asked.js").Asked} Asked */
/** @typedef {import("./types.js").Catalogue} Catalogue */
/** @typedef {import("./types.js").Language} Language */
/** @typedef {import("./types.js").LabState} LabState */
/** @typedef {import("./types.js").Scene} Scene */
/** @typedef {import("./types.js").Setup} Setup */

/** Figures that have a key of their own, from 1. */
const KEYED = ["highway", "profile", "heat", "gates", "loss"];

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
  let setup = decodeSetup(readQuery(), catalogue);
  let look = decodeView(readQuery());
  let tried = decodeChanges(readQuery(), changeable(setup.runs, catalogue).map(({ option }) => option));
  /** @type {Asked|null} null while there is no experiment on screen */
  let asked = null;
  /** @type {Map<string, string>} links of pinned experiments, by their ids */
  const links = new Map();
  let length = 1; // of the time axis
  let flying = false; // light may move
  let resting = false; // all is over, and seen

  const { wake } = createLoop({ change, move: (now) => figures.move(now, flying, resting) });
  const address = createAddress(() => [...encodeSetup(setup, catalogue), ...encodeView(look), ...encodeChanges(tried)]);
  const store = createStore(wake);
  const clock = createTrainingClock(() => store.state, wake);
  const pace = createPace();
  const transports = createTransports(api, wake);
  const session = createSession(api, store, (problem) =>
    controls.complain(problem.errors.map((each) => ({ path: each.path, text: fieldProblem(each, language) }))),
  );
  const pinnedLog = createPinnedLog(api, wake, (id) => {
    unpin(id);
    pins.say(language.t("pin.gone"));
  });
  const figures = createFigures({
    ...{ api, catalogue, language, plotly, wake, tried: { changes: tried, trained: look.trained }, onView: setLook, onShow: showFigure },
    onTry: (changes, trained) => {
      tried = changes;
      setLook({ trained });
    },
  });
  const area = byId("figures", HTMLElement);
  const surroundings = createSurroundings(area, figures.highway, language, wake);
  const behaviour = () => (surroundings.current.still ? "auto" : "smooth");
  const labels = (/** @type {Setup} */ { runs }) => runLabels(runs, language);

  const controls = createControls({
    inSight: byId("controls-in-sight", HTMLElement),
    all: byId("controls-all", HTMLElement),
    ...{ catalogue, language, labels },
    onChange: (edit) => useSetup(edit(setup)),
  });
  const launch = createLaunch({
    ...{ catalogue, language },
    onPreset: (preset) => {
      leave();
      look = { ...look, guess: null, timestep: null, gates: -1, cell: -1 };
      useSetup(setupOf(catalogue, preset));
    },
    onGuess: (guess) => setLook({ guess }),
    onAction: (action) => {
      if (action === "run") void run();
      if (action === "stop") void session.stop();
      if (action === "replay") clock.rewind();
    },
  });
  const viewControls = createViewControls(setLook);
  const cursor = createCursor(area, () => surroundings.current.margins, ({ pinned }) => setLook({ timestep: pinned }));
  const clockBar = createClockBar(language, {
    ...clock,
    stop: () => void session.stop(),
    pin: (t) => cursor.set(length, t),
    unpin: () => cursor.set(length, null),
  });
  const pins = createPins(language, {
    pin: (id) => setPins([...pinList(look.pins), id]),
    unpin,
    ablate: (index) => {
      const next = withoutGates(setup, catalogue, index);
      if (!next) return;
      leave();
      look = { ...look, guess: null };
      useSetup(next);
      void run();
    },
  });
  const takeAway = createTakeAway({ api, language, scene: sceneNow, title, address: address.tell });
  const mode = connectMode(document.body, surroundings.forget);
  connectTheme(byId("theme", HTMLButtonElement), surroundings.forget);
  if (document.getElementById("keys")) createShortcuts(keys()); // a frame leaves the keys to its page
  connectPrint(
    { setup: byId("print-setup", HTMLElement), link: byId("print-link", HTMLElement) },
    {
      draw: () => {
        surroundings.forget();
        figures.print(sceneNow());
        return { setup: `${title()} · ${labels(asked?.setup ?? setup).join(", ")}`, address: address.tell() };
      },
      restore: surroundings.forget,
    },
  );

  /** What is on screen, in words. */
  function title() {
    const { preset } = asked?.setup ?? setup;
    return setupTitle(asked?.setup ?? setup, launch.titleOf(preset), catalogue, language);
  }

  /** @param {Partial<typeof look>} next */
  function setLook(next) {
    look = { ...look, ...next };
    address.remember();
    figures.hurry();
    wake();
  }

  /** @param {import("./says.js").Goal} goal */
  function showFigure({ figure, view }) {
    setLook(view);
    byId(figure, HTMLElement).scrollIntoView({ behavior: behaviour() });
    byId(`${figure}-title`, HTMLElement).focus({ preventScroll: true });
  }

  /** @param {Setup} next */
  function useSetup(next) {
    setup = next;
    asked = asked && comparedWith(asked, setup);
    // Back at the question whose answer is told, what was predicted of it holds.
    if (asked && !store.state.submitting && guessLocked(store.state, asked.answered)) look = { ...look, guess: asked.guess };
    controls.show(setup);
    address.remember();
    wake();
  }

  /** @returns {Record<string, () => void>} what each key does */
  function keys() {
    const figure = (/** @type {string} */ id) => () => byId(id, HTMLElement).scrollIntoView({ behavior: behaviour() });
    return {
      r: () => byId("run", HTMLButtonElement).click(),
      " ": clock.toggle,
      ",": () => clock.frame(-1),
      ".": () => clock.frame(1),
      l: clock.live,
      s: takeAway.open,
      p: mode.toggle,
      f: mode.fullScreen,
      ...Object.fromEntries(KEYED.map((id, at) => [String(at + 1), figure(id)])),
    };
  }

  /** @param {string[]} ids */
  function setPins(ids) {
    pins.say("");
    setLook({ pins: pinText(ids) });
  }

  /** @param {string} id */
  function unpin(id) {
    setPins(pinList(look.pins).filter((each) => each !== id));
  }

  /** @param {string} id @returns {LabState|null} what is known of a pinned experiment */
  function pinnedState(id) {
    return id === store.state.experiment?.id ? store.state : pinnedLog.state(id);
  }

  /** @param {string} id of a pinned experiment @returns {string} its set-up too, for a server that has lost it */
  function linkOf(id) {
    const known = links.has(id) ? null : pinnedState(id);
    if (known) {
      const pairs = encodeSetup(setupOfRuns(known.order.map((each) => known.runs[each].spec), catalogue, setup.preset), catalogue);
      links.set(id, `?${new URLSearchParams([["lang", language.lang], ...pairs, ["exp", id]])}`);
    }
    return links.get(id) ?? `?lang=${language.lang}&exp=${id}`;
  }

  function leave() {
    asked = null;
    look = { ...look, experiment: null };
    clock.restart();
    session.leave();
  }

  async function run() {
    const sent = setup;
    const { guess } = look;
    const experiment = await session.run(toExperiment(sent, catalogue));
    if (!experiment) return;
    began(experiment.id, sent, guess);
    figures.highway.scrollIntoView({ block: "nearest", behavior: behaviour() });
  }

  /** Take up the experiment that the address names. */
  async function resume() {
    if (!look.experiment) return;
    // Somebody may have written the link by hand, or changed the set-up after the run.
    const isWhole = !hasSetup(readQuery(), catalogue);
    const experiment = await session.resume(look.experiment);
    if (experiment === "gone") {
      // Another server, or a log that was cleared: the set-up in the address still holds.
      setLook({ experiment: null });
    } else if (experiment) {
      const specs = experiment.runs.map(({ spec }) => spec);
      const asRun = isWhole ? setupOfRuns(specs, catalogue, setup.preset) : { preset: setup.preset, runs: specs };
      if (isWhole) useSetup(asRun);
      // A prediction in the address is one of the set-up there.
      began(experiment.id, asRun, sameQuestion(asRun, setup) ? look.guess : null, true);
    }
  }

  /** @param {string} id of an experiment @param {Setup} asSetUp @param {string|null} guess @param {boolean} [seen] before */
  function began(id, asSetUp, guess, seen = false) {
    pace.clear();
    asked = askedOf(asSetUp, guess, catalogue, setup);
    clock.restart(seen);
    setLook({ experiment: id });
    address.tell(); // now: who reloads the page in the next moment wants this experiment
  }

  /** @param {number} now milliseconds @param {number} seconds since the last time */
  function change(now, seconds) {
    const state = store.settle();
    const running = clock.advance(seconds, surroundings.current.still);
    for (const id of state.order) {
      const log = state.logs[id];
      if (log.length && state.runs[id].state === "running") pace.note(id, log[log.length - 1].step, now / 1000);
    }
    const scene = sceneNow();
    length = scene.view.length;
    cursor.set(length, look.timestep);
    show(scene, state);
    flying = !surroundings.current.still && clock.now.mode !== "paused" && scene.view.runs.some(({ frame }) => frame);
    resting = allOver(state) && clock.now.step >= edgeStep(state);
    return figures.draw(scene) || running;
  }

  /** @returns {Scene} */
  function sceneNow() {
    const state = store.state.experiment ? store.state : previewState(setup, catalogue);
    return sceneOf({
      ...{ state, clock: clock.now, look, timestep: cursor.timestep, surroundings: surroundings.current },
      ...{ pinned: pinnedLog.state, tried: figures.tried, transports: transports.of },
    });
  }

  /** @param {Scene} scene @param {LabState} state of the server; that of the scene may be a preview */
  function show(scene, state) {
    const { view } = scene;
    const training = state.order.filter((id) => state.runs[id].state === "running");
    const left = training.map((id) => pace.left(id, state.runs[id].steps)).filter((value) => value !== null);
    launch.show(state, view, {
      preset: setup.preset,
      guess: look.guess,
      unchanged: asked?.unchanged ?? false,
      answered: asked?.answered ?? false,
      result: asked && { preset: asked.setup.preset, guess: asked.guess, asPreset: asked.asPreset },
      length: language.integer(Number(setup.runs[0].task.length)),
      left: left.length ? Math.max(...left) : null,
      seen: view.runs.every(({ ended }) => ended) && clock.now.step >= view.edge,
    });
    pins.show(scene, pinList(look.pins), linkOf);
    clockBar.show(scene, !allOver(state));
    const gated = view.runs.flatMap(({ cell, style }, index) => (CELLS[cell].gates.length ? [{ label: style.label, index }] : []));
    viewControls.show(look, gated, scene.gates);
    byId("gates", HTMLElement).hidden = gated.length === 0; // plain RNNs have none
  }

  useSetup(setup);
  void resume();
  wake();
}

begin(start);
