/**
 * The life of a comparison: an experiment like any other, followed by its stream, and beside it the
 * table of results and the curves of the loss, which are read again as its runs end.
 */

import { ApiError } from "../api.js";
import { createSession, isGone } from "../session.js";
import { createStore } from "../store.js";
import { isFinal } from "../visual.js";
import { createReader } from "./reader.js";

/** @typedef {import("../types.js").LabState} LabState */
/** @typedef {import("../types.js").Problem} Problem */
/** @typedef {import("../charts/bands.js").Curve} Curve */
/** @typedef {import("./outcome.js").Row} Row */

/**
 * @typedef {object} Life a comparison as it is now
 * @property {LabState} state
 * @property {Map<string, Row>} rows by run
 * @property {Map<string, Curve>} curves by run
 * @property {Problem|null} problem what was refused, or why the results cannot be read
 * @property {boolean} gone the server has it no more
 */

/** Milliseconds between two looks at the queue. */
const LOOK_EVERY = 3000;

/** @param {LabState} state */
export const runsOf = ({ order, runs }) => order.map((id) => runs[id]);

/**
 * The rows of before where nothing can have changed, so that what is drawn of them stays as it is.
 * @param {Map<string, Row>} known @param {Row[]} found
 */
export function mergeRows(known, found) {
  return new Map(
    found.map((row) => {
      const before = known.get(row.run);
      const same = before !== undefined && isFinal(before.state) && before.state === row.state && before.step === row.step;
      return [row.run, same ? before : row];
    }),
  );
}

/**
 * @param {import("../api.js").Api} api
 * @param {() => void} onChange something waits to be settled
 * @param {(problem: Problem) => void} onRefused
 */
export function createLife(api, onChange, onRefused) {
  const store = createStore(onChange);
  const session = createSession(api, store, onRefused);
  /** @type {Map<string, Row>} */
  let rows = new Map();
  /** @type {Map<string, Curve>} */
  let curves = new Map();
  /** @type {Set<string>} runs whose curve was read after their end */
  let whole = new Set();
  /** @type {Problem|null} */
  let unread = null;
  /** @type {Problem|null} a refusal that is over */
  let answered = null;
  let gone = false;
  let looking = false; // at the queue

  const id = () => store.state.experiment?.id ?? "";
  /** @param {(run: import("../types.js").Run) => boolean} unknown whether something has ended that was not read yet */
  const stale = (unknown) => !store.state.left && runsOf(store.state).some((run) => isFinal(run.state) && unknown(run));
  /** @param {unknown} error */
  const onFailed = (error) => {
    if (!(error instanceof ApiError)) throw error;
    if (isGone(error)) gone = true;
    else unread = error.problem;
    onChange();
    return !gone;
  };
  // Curves are read from every frame and may take seconds: the results do not wait for them.
  const results = createReader({
    read: () => api.results(id()),
    // Stopped here, a run goes on elsewhere, and its row never says what the page says.
    stale: () => stale((run) => rows.get(run.id)?.state !== run.state),
    onRead: (found) => {
      rows = mergeRows(rows, found);
      unread = null;
      onChange();
    },
    onFailed,
  });
  const drawn = createReader({
    read: () => {
      const ended = new Set(runsOf(store.state).flatMap((run) => (isFinal(run.state) ? run.id : [])));
      return api.curves(id()).then((found) => ({ found, ended }));
    },
    stale: () => stale((run) => !whole.has(run.id)),
    onRead: ({ found, ended }) => {
      curves = new Map(found.map((curve) => [curve.run, curve]));
      whole = ended;
      unread = null;
      onChange();
    },
    onFailed,
  });
  const readers = [results, drawn];

  /** The server tells what the runs of a grid do, but not how the queue before them moves. @param {string} run the first */
  async function lookAtQueue(run) {
    if (looking) return;
    looking = true;
    try {
      await new Promise((resolve) => window.setTimeout(resolve, LOOK_EVERY));
      const { position } = await api.run(run);
      store.send({ type: "state", run, change: { position } });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // the stream tells that the server is out of reach
    } finally {
      looking = false;
      onChange();
    }
  }

  /** @param {LabState} before @param {LabState} now */
  function follow(before, now) {
    if (now.experiment?.id !== before.experiment?.id) {
      for (const reader of readers) reader.reset();
      rows = new Map();
      curves = new Map();
      whole = new Set();
      unread = null;
    }
    if (!now.experiment) return;
    const runs = runsOf(now);
    const ended = now.connection?.phase === "ended" && before.connection?.phase !== "ended";
    const news = runs.some((run) => isFinal(run.state) && before.runs[run.id]?.state !== run.state);
    for (const reader of readers) {
      if (now.experiment !== before.experiment || ended) reader.soon(0);
      else if (news) reader.soon();
    }
    if (!now.left && runs.every(({ state }) => state === "queued")) void lookAtQueue(runs[0].id);
  }

  return {
    ...session,
    /** @param {import("../types.js").ExperimentSpec} spec */
    run(spec) {
      gone = false;
      return session.run(spec);
    },
    /** @param {string} id */
    async resume(id) {
      const found = await session.resume(id);
      gone = found === "gone";
      if (gone) onChange();
      return found;
    },
    async stop() {
      const before = store.state.problem;
      await session.stop();
      answered = before; // it was asked again: what had been refused before says nothing any more
      onChange();
    },
    leave() {
      gone = false;
      session.leave();
    },
    /** Take in what has come. @returns {Life} */
    settle() {
      const before = store.state;
      const state = store.settle();
      follow(before, state);
      const refused = state.problem === answered ? null : state.problem;
      return { state, rows, curves, problem: unread ?? refused, gone: gone || state.connection?.phase === "gone" };
    },
  };
}
