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
    frames: (run, every, after = -1) => paged((last) => request(`${base}${framesOf(run, every, last)}`).then(({ frames }) => frames), after, ({ seq }) => seq),
    /** Every frame of a run as a table. @param {string} run @returns {Promise<Blob>} */
    async framesCsv(run) {
      let head = "";
      const rows = await paged(
        async (last) => {
          const response = await answered(`${base}${framesOf(run, 1, last)}`, "text/csv");
          const [first, ...more] = (await response.text()).trimEnd().split(/\r?\n/);
          head = first;
          return more;
        },
        -1,
        (row) => Number.parseInt(row, 10), // its first column is the number of the frame
      );
      return new Blob([[head, ...rows, ""].join("\n")], { type: "text/csv" });
    },
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
    file: async (path, accept) => (await answered(`${base}${path}`, accept)).blob(),
    /** @param {string} id */
    eventsUrl: (id) => `${base}/experiments/${encodeURIComponent(id)}/events?holder=${holder}`,
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */

/** Frames in one answer; a longer log takes several. */
const PAGE = 10_000;

/** @param {string} run @param {number} every @param {number} after */
const framesOf = (run, every, after) => `/runs/${encodeURIComponent(run)}/frames?limit=${PAGE}&every=${every}&after=${after}`;

/**
 * @template Row
 * @param {(after: number) => Promise<Row[]>} fetchPage @param {number} after @param {(row: Row) => number} numberOf
 * @returns {Promise<Row[]>}
 */
async function paged(fetchPage, after, numberOf) {
  const rows = await fetchPage(after);
  if (rows.length < PAGE) return rows;
  return rows.concat(await paged(fetchPage, numberOf(rows[rows.length - 1]), numberOf));
}

/** @param {string} url @param {string} accept @returns {Promise<Response>} */
async function answered(url, accept) {
  const response = await reach(url, { headers: { Accept: accept } });
  if (!response.ok) throw new ApiError(problemOf(response.status, parse(await response.text())));
  return response;
}

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
