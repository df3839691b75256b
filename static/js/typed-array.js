/** Decodes the unit-level arrays of a frame: one byte per entry, with its range. Pure. */

/** @typedef {import("./types.js").TypedArrayJson} TypedArrayJson */

/**
 * @param {TypedArrayJson} encoded
 * @returns {{rows: number, columns: number, at: (row: number, column: number) => number, low: number, high: number}}
 */
export function decode(encoded) {
  const [rows, columns = 1] = encoded.shape.split(",").map(Number);
  const bytes = Uint8Array.from(atob(encoded.bdata), (character) => character.charCodeAt(0));
  const { low, high } = encoded;
  return {
    rows,
    columns,
    low,
    high,
    at: (row, column) => low + ((high - low) * bytes[row * columns + column]) / 255,
  };
}
