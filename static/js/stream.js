/**
 * The event stream of one experiment. Owner of EventSource.
 *
 * A browser's own EventSource gives up for ever after a 404 or a 503 and retries everything else in
 * step with all other viewers. So each failure closes it, and we open a new one from the last
 * position, after a delay that grows and is spread at random.
 *
 * Nor does EventSource notice an other end that is gone without a word: a laptop that slept, a network
 * that changed. The server says with every event "heartbeat" how soon it will be heard again; who hears
 * nothing for much longer than that connects again.
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
const PATIENCE = 2.5; // times the promised silence
const WITHIN = 15_000; // promised silence, until the server says another
const LOOK_EVERY = 1_000;
// After these, what was true of the network may be so no more.
const WAKING = ["online", "pageshow", "visibilitychange"];

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
 *   random?: () => number, now?: () => number, page?: EventTarget}} [environment] replaced in tests
 * @returns {{close: () => void}}
 */
export function openStream(url, handlers, environment = {}) {
  const create = environment.create ?? ((address) => new EventSource(address));
  const later = environment.later ?? ((run, ms) => window.setTimeout(run, ms));
  const random = environment.random ?? Math.random;
  const now = environment.now ?? Date.now; // the clock on the wall: others stand still in a sleep
  const page = environment.page ?? window;

  let position = "";
  let attempt = 0;
  let closed = false;
  let heardAt = now();
  let within = WITHIN;
  /** @type {(() => void)|null} */
  let skipDelay = null;
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
    const go = async () => {
      if (closed || skipDelay !== go) return;
      skipDelay = null;
      const there = attempt <= 1 || (await handlers.stillThere());
      if (closed) return;
      if (there) connect();
      else {
        finish();
        tell("gone");
      }
    };
    skipDelay = go;
    later(go, delay);
  };

  const failed = () => {
    attempt += 1;
    again("retrying", backoff(attempt, random()));
  };

  const look = () => {
    if (source && now() - heardAt > PATIENCE * within) failed();
  };

  const watch = () => {
    if (closed) return;
    look();
    later(watch, LOOK_EVERY);
  };

  const wakeUp = () => {
    if (globalThis.document?.visibilityState === "hidden") return; // it goes to sleep
    look();
    skipDelay?.();
  };

  const finish = () => {
    closed = true;
    drop();
    for (const name of WAKING) page.removeEventListener(name, wakeUp, true);
  };

  const connect = () => {
    const query = position ? `${url.includes("?") ? "&" : "?"}last_event_id=${encodeURIComponent(position)}` : "";
    const opened = create(url + query);
    source = opened;
    heardAt = now();
    tell(attempt === 0 ? "connecting" : "retrying");

    /** @param {string} name @param {(event: MessageEvent) => void} handle */
    const on = (name, handle) =>
      opened.addEventListener(name, (event) => {
        const message = /** @type {MessageEvent} */ (event);
        if (source !== opened) return;
        heardAt = now();
        attempt = 0; // not before: a proxy may open a stream and cut it at once, again and again
        if (message.lastEventId) position = message.lastEventId;
        handle(message);
      });

    opened.onopen = () => {
      if (source === opened) tell("open");
    };
    opened.onerror = () => {
      if (source === opened) failed();
    };
    on("heartbeat", (message) => {
      within = 1000 * JSON.parse(message.data).within;
    });
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
      finish();
      tell("ended");
    });
  };

  // "visibilitychange" is an event of the document: seen here on its way down to it.
  for (const name of WAKING) page.addEventListener(name, wakeUp, true);
  connect();
  later(watch, LOOK_EVERY);
  return { close: finish };
}
