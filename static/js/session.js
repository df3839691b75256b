/** One experiment at a time: sent, followed, stopped, taken up again. */

import { ApiError } from "./api.js";
import { openStream } from "./stream.js";

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

  /** @param {unknown} error */
  const refuse = (error) => {
    if (!(error instanceof ApiError)) throw error;
    store.send({ type: "refused", problem: error.problem });
    onRefused(error.problem);
  };

  /** @param {Experiment} experiment */
  const follow = (experiment) => {
    stream?.close();
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

  return {
    /** @param {ExperimentSpec} spec @returns {Promise<Experiment|null>} null where it was refused */
    async run(spec) {
      store.send({ type: "submitting" });
      try {
        const experiment = await api.create(spec);
        follow(experiment);
        return experiment;
      } catch (error) {
        refuse(error);
        return null;
      }
    },

    async stop() {
      const { experiment } = store.state;
      if (!experiment) return;
      try {
        const { state, holders } = await api.stop(experiment.id);
        // Others hold it: it goes on for them, and here it is over.
        if (holders > 0 && state !== "cancelled" && state !== "done") {
          stream?.close();
          stream = null;
          store.send({ type: "left" });
        }
      } catch (error) {
        refuse(error);
      }
    },

    /** @param {string} id @returns {Promise<Experiment|null>} null where it is not there any more */
    async resume(id) {
      try {
        const experiment = await api.experiment(id);
        follow(experiment);
        return experiment;
      } catch (error) {
        if (!isGone(error)) refuse(error);
        return null;
      }
    },

    leave() {
      stream?.close();
      stream = null;
      store.send({ type: "close" });
    },
  };
}

/** @param {unknown} error */
function isGone(error) {
  return error instanceof ApiError && error.problem.status === 404;
}
