/** A canvas that is as sharp as the screen. */

/** @typedef {{context: CanvasRenderingContext2D, width: number, height: number}} Prepared sizes in CSS pixels */

/**
 * Match the backing store to the size on screen.
 * @param {HTMLCanvasElement} canvas
 * @returns {Prepared|null} null while the canvas has no size
 */
export function prepare(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = canvas.getContext("2d");
  if (!context || width === 0 || height === 0) return null;
  // More than two device pixels per pixel costs time that nobody sees.
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height };
}

/**
 * The page's time axis: centre of timestep t (1..T) between the gutter and the right edge.
 * @param {number} width @param {{left: number, right: number}} margins @param {number} length
 */
export function timeScale(width, margins, length) {
  const span = Math.max(1, width - margins.left - margins.right);
  return (/** @type {number} */ t) => margins.left + ((t - 0.5) / length) * span;
}
