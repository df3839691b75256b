/** Decodes the unit-level arrays of a frame: a few bytes per entry, with its range. Pure. */

/** @typedef {import("./types.js").Decoded} Decoded */
/** @typedef {import("./types.js").Probe} Probe */
/** @typedef {import("./types.js").ReadProbe} ReadProbe */
/** @typedef {import("./types.js").TypedArrayJson} TypedArrayJson */

/**
 * @param {TypedArrayJson} encoded
 * @returns {Decoded}
 */
export function decode(encoded) {
  const [rows, columns = 1] = encoded.shape.split(",").map(Number);
  const bytes = Uint8Array.from(atob(encoded.bdata), (character) => character.charCodeAt(0));
  const { low, high } = encoded;
  const wide = encoded.dtype === "u2"; // little-endian; "u1" in runs that were stored long ago
  const level = wide ? (/** @type {number} */ at) => bytes[2 * at] + 256 * bytes[2 * at + 1] : (/** @type {number} */ at) => bytes[at];
  const most = wide ? 65535 : 255;
  // Not low + (high - low) · share: the range of a diverging run may exceed the largest number.
  const at = (/** @type {number} */ row, /** @type {number} */ column) => {
    const share = level(row * columns + column) / most;
    return low * (1 - share) + high * share;
  };
  return { rows, columns, low, high, at };
}

/**
 * Reads the probe of a frame, and remembers the last one: a cursor moves over it for a while.
 * @returns {(probe: Probe|null) => ReadProbe|null}
 */
export function createProbeReader() {
  /** @type {Probe|null} */
  let probe = null;
  /** @type {ReadProbe|null} */
  let known = null;
  return (next) => {
    if (next !== probe) {
      probe = next;
      known = next && readProbe(next);
    }
    return known;
  };
}

/** @param {Probe} probe @returns {ReadProbe} */
export function readProbe({ inputs, units }) {
  return { inputs: decode(inputs), units: Object.fromEntries(Object.entries(units).map(([name, typed]) => [name, decode(typed)])) };
}
