/** Owner of Plotly: loads it when somebody inspects a figure. */

/**
 * @typedef {object} Plotly the part that we use
 * @property {(element: HTMLElement, data: object[], layout: object, config: object) => Promise<unknown>} react
 * @property {(element: HTMLElement) => void} purge
 */

/**
 * @param {string} url
 * @returns {Promise<Plotly>}
 */
export function loadPlotly(url) {
  return new Promise((resolve, reject) => {
    const load = () => {
      const script = document.createElement("script");
      script.src = url;
      script.onload = () => resolve(/** @type {any} */ (window).Plotly);
      script.onerror = () => reject(new Error("plotly"));
      document.head.append(script);
    };
    // Two frames: the first one paints the page.
    requestAnimationFrame(() => requestAnimationFrame(load));
  });
}
