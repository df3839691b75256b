/** One experiment at a time: sent, followed, stopped, taken up again. */

import { ApiError } from "./api.js";
import { backoff, openStream } from "./stream.js";

/** @typedef {import("./types.js").Experiment} Experiment */
/** @typedef {import("./types.js").ExperimentSpec} ExperimentSpec */
/** @typedef {import("./types.js").Problem} Problem */

/**
 * @param {import("./api.js").Api} api
 * @param {import("./store.js").Store} store
 * @param {(problem: Problem) => void} onRefused
 */
export function createSession(api, store, onRefused) {
  /** @type {{close: () => void}|null} */
  let stream = null;
  // Whoever has left in the meantime does not want a late answer.
  let turn = 0;
  let sending = 0;
  let followed = "";

  /** @param {unknown} error */
  const refuse = (error) => {
    if (!(error instanceof ApiError)) throw error;
    store.send({ type: "refused", problem: error.problem });
    onRefused(error.problem);
  };

  /** @param {Experiment} experiment */
  const follow = (experiment) => {
    stream?.close();
    followed = experiment.id;
    store.send({ type: "experiment", experiment });
    stream = openStream(api.eventsUrl(experiment.id), {
      onFrame: (frame) => store.send({ type: "frames", frames: [frame] }),
      onState: (run, change) => store.send({ type: "state", run, change }),
      onReset: () => store.send({ type: "reset" }),
      onConnection: (connection) => store.send({ type: "connection", connection }),
      stillThere: () =>
        api.experiment(experiment.id).then(
          () => true,
          (error) => !isGone(error),
        ),
    });
  };

  /**
   * An answer that came too late: nobody here looks at it, so it need not train for this page;
   * unless it is what was asked for again.
   * @param {Experiment} experiment
   */
  const release = ({ id }) => {
    if (sending === 0 && id !== followed) api.stop(id).catch(() => {});
  };

  return {
    /** @param {ExperimentSpec} spec @returns {Promise<Experiment|null>} null where it was refused, or nobody waits any more */
    async run(spec) {
      turn += 1;
      const mine = turn;
      store.send({ type: "submitting" });
      sending += 1;
      try {
        const experiment = await api.create(spec).finally(() => (sending -= 1));
        if (mine !== turn) {
          release(experiment);
          return null;
        }
        follow(experiment);
        return experiment;
      } catch (error) {
        if (mine === turn) refuse(error);
        return null;
      }
    },

    async stop() {
      const { experiment } = store.state;
      if (!experiment) return;
      const mine = turn;
      try {
        const { state, holders } = await api.stop(experiment.id);
        if (mine !== turn) return;
        // Others hold it: it goes on for them, and here it is over.
        if (holders > 0 && state !== "cancelled" && state !== "done") {
          stream?.close();
          stream = null;
          store.send({ type: "left" });
        }
      } catch (error) {
        if (mine === turn) refuse(error);
      }
    },

    /**
     * Take an experiment up again; while the server does not answer, try until it does.
     * @param {string} id @returns {Promise<Experiment|"gone"|null>} null where nobody waits any more
     */
    async resume(id) {
      turn += 1;
      const mine = turn;
      for (let attempt = 1; ; attempt += 1) {
        try {
          const experiment = await api.experiment(id);
          if (mine !== turn) return null;
          follow(experiment);
          return experiment;
        } catch (error) {
          if (mine !== turn) return null;
          if (isGone(error)) return "gone";
          refuse(error);
          await new Promise((resolve) => window.setTimeout(resolve, backoff(attempt, Math.random())));
          if (mine !== turn) return null;
        }
      }
    },

    leave() {
      turn += 1;
      stream?.close();
      stream = null;
      followed = "";
      store.send({ type: "close" });
    },
  };
}

/** @param {unknown} error what the server does not have, as against a server that does not answer */
export function isGone(error) {
  return error instanceof ApiError && error.problem.status === 404;
}
