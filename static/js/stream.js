/**
 * The event stream of one experiment. Owner of EventSource.
 *
 * A browser's own EventSource gives up for ever after a 404 or a 503 and retries everything else in
 * step with all other viewers. So each failure closes it, and we open a new one from the last
 * position, after a delay that grows and is spread at random.
 */

/** @typedef {import("./types.js").Connection} Connection */
/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {import("./types.js").Run} Run */

/**
 * @typedef {object} StreamHandlers
 * @property {(frame: Frame) => void} onFrame
 * @property {(run: string, change: Partial<Run>) => void} onState
 * @property {() => void} onReset
 * @property {(connection: Connection) => void} onConnection
 * @property {() => Promise<boolean>} stillThere asked before a second retry: false stops retrying
 */

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
const DRAIN_DELAY = 1_500;

/**
 * Delay before attempt n (1 is the first retry): doubling, capped, "equal jitter".
 * @param {number} attempt
 * @param {number} random in [0, 1)
 */
export function backoff(attempt, random) {
  const cap = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (attempt - 1));
  return Math.round(cap / 2 + (cap / 2) * random);
}

/**
 * @param {string} url
 * @param {StreamHandlers} handlers
 * @param {{create?: (url: string) => EventSource, later?: (run: () => void, ms: number) => number,
 *   random?: () => number}} [environment] replaced in tests
 * @returns {{close: () => void}}
 */
export function openStream(url, handlers, environment = {}) {
  const create = environment.create ?? ((address) => new EventSource(address));
  const later = environment.later ?? ((run, ms) => window.setTimeout(run, ms));
  const random = environment.random ?? Math.random;

  let position = "";
  let attempt = 0;
  let closed = false;
  /** @type {EventSource|null} */
  let source = null;

  /** @param {Connection["phase"]} phase @param {number} [retryInMs] */
  const tell = (phase, retryInMs = 0) => handlers.onConnection({ phase, attempt, retryInMs });

  const drop = () => {
    source?.close();
    source = null;
  };

  /** @param {"retrying"|"draining"} phase @param {number} delay */
  const again = (phase, delay) => {
    drop();
    tell(phase, delay);
    later(async () => {
      if (closed) return;
      const there = attempt <= 1 || (await handlers.stillThere());
      if (closed) return;
      if (there) connect();
      else {
        closed = true;
        tell("gone");
      }
    }, delay);
  };

  const connect = () => {
    const query = position ? `${url.includes("?") ? "&" : "?"}last_event_id=${encodeURIComponent(position)}` : "";
    const opened = create(url + query);
    source = opened;
    tell(attempt === 0 ? "connecting" : "retrying");

    /** @param {string} name @param {(event: MessageEvent) => void} handle */
    const on = (name, handle) =>
      opened.addEventListener(name, (event) => {
        const message = /** @type {MessageEvent} */ (event);
        if (source !== opened) return;
        if (message.lastEventId) position = message.lastEventId;
        handle(message);
      });

    opened.onopen = () => {
      attempt = 0;
      tell("open");
    };
    opened.onerror = () => {
      if (source !== opened) return;
      attempt += 1;
      again("retrying", backoff(attempt, random()));
    };
    on("frame", (message) => handlers.onFrame(JSON.parse(message.data)));
    on("state", (message) => {
      const { run, ...change } = JSON.parse(message.data);
      handlers.onState(run, change);
    });
    on("reset", () => {
      position = "";
      handlers.onReset();
      again("retrying", 0);
    });
    // The server is going away on purpose: come back soon, but not all viewers at once.
    on("drain", () => again("draining", DRAIN_DELAY * (0.5 + random())));
    on("end", () => {
      closed = true;
      drop();
      tell("ended");
    });
  };

  connect();
  return {
    close() {
      closed = true;
      drop();
    },
  };
}
