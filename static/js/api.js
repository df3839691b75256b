/** The REST API. Owner of fetch for everything but the texts. */

/** @typedef {import("./types.js").Catalogue} Catalogue */
/** @typedef {import("./types.js").Experiment} Experiment */
/** @typedef {import("./types.js").ExperimentSpec} ExperimentSpec */
/** @typedef {import("./types.js").Problem} Problem */

/** A request that the server refused, or that never reached it (status 0). */
export class ApiError extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail || problem.code);
    this.problem = problem;
  }
}

/**
 * @param {string} base URL of the API without a slash at the end, relative to the page
 */
export function createApi(base) {
  // Several pages may watch one experiment; it ends when the last of them stops it.
  const holder = nameOfThisPage();
  return {
    catalogue: () => /** @type {Promise<Catalogue>} */ (request(`${base}/catalogue`)),
    /** @param {ExperimentSpec} spec @returns {Promise<Experiment>} */
    create: (spec) =>
      request(`${base}/experiments?holder=${holder}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(spec),
      }),
    /** @param {string} id @returns {Promise<Experiment>} */
    experiment: (id) => request(`${base}/experiments/${encodeURIComponent(id)}`),
    /** @param {string} id @returns {Promise<import("./types.js").Run>} */
    run: (id) => request(`${base}/runs/${encodeURIComponent(id)}`),
    /**
     * @param {string} run @param {number} every only each so many-th frame @param {number} [after] a frame's number
     * @returns {Promise<import("./types.js").Frame[]>}
     */
    frames: async (run, every, after = -1) =>
      (await request(`${base}/runs/${encodeURIComponent(run)}/frames?limit=10000&every=${every}&after=${after}`)).frames,
    /** Let go of an experiment. @param {string} id @returns {Promise<Experiment>} with those who hold it still */
    stop: (id) => request(`${base}/experiments/${encodeURIComponent(id)}?holder=${holder}`, { method: "DELETE" }),
    /**
     * Measure a network without training it.
     * @param {{spec: import("./types.js").RunSpec, interventions?: Record<string, number>} | {run: string, step?: number, interventions?: Record<string, number>}} asked
     * @returns {Promise<import("./types.js").Frame>}
     */
    probe: (asked) =>
      request(`${base}/probe`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(asked),
      }),
    /**
     * Grade a run by a challenge.
     * @param {string} challenge @param {string} run
     * @returns {Promise<{over: boolean, passed: boolean, verdicts: Array<{found: import("./types.js").OptionValue, passed: boolean}>}>}
     */
    grade: (challenge, run) =>
      request(`${base}/challenges/${encodeURIComponent(challenge)}/grade`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ run }),
      }),
    /** @param {string} id @returns {Promise<import("./compare/outcome.js").Row[]>} one row per run */
    results: async (id) => (await request(`${base}/experiments/${encodeURIComponent(id)}/results`)).results,
    /** @param {string} id @returns {Promise<Array<{run: string, step: number[], loss: Array<number|null>}>>} */
    curves: async (id) => (await request(`${base}/experiments/${encodeURIComponent(id)}/curves`)).curves,
    /**
     * A representation to be saved as it comes.
     * @param {string} path @param {string} accept @returns {Promise<Blob>}
     */
    file: async (path, accept) => {
      const response = await reach(`${base}${path}`, { headers: { Accept: accept } });
      if (!response.ok) throw new ApiError(problemOf(response.status, parse(await response.text())));
      return response.blob();
    },
    /** @param {string} id */
    eventsUrl: (id) => `${base}/experiments/${encodeURIComponent(id)}/events?holder=${holder}`,
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */

/** @param {string} url @param {RequestInit} options */
async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch {
    throw new ApiError({ status: 0, code: "unreachable", detail: "", errors: [] });
  }
}

function nameOfThisPage() {
  // Not randomUUID: it is there only with HTTPS, and a classroom may have none.
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {string} url
 * @param {RequestInit} [options]
 */
async function request(url, options = {}) {
  const response = await reach(url, { ...options, headers: { Accept: "application/json", ...options.headers } });
  const text = await response.text();
  const body = parse(text);
  if (response.ok) return body;
  throw new ApiError(problemOf(response.status, body));
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy's own error page, or an empty 204
  }
}

/**
 * @param {number} status
 * @param {any} body
 * @returns {Problem}
 */
function problemOf(status, body) {
  return {
    status,
    code: typeof body?.code === "string" ? body.code : "unexpected",
    detail: typeof body?.detail === "string" ? body.detail : "",
    errors: Array.isArray(body?.errors) ? body.errors : [],
  };
}
