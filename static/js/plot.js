/** Owner of Plotly: loads it when the page has been painted, and draws figures with it. */

/** @typedef {import("./charts/layout.js").Figure} Figure */

/**
 * @typedef {object} Plotly the part that we use
 * @property {(element: HTMLElement, data: object[], layout: object, config: object) => Promise<unknown>} react
 * @property {(figure: object, options: object) => Promise<string>} toImage
 * @property {(element: HTMLElement) => void} purge
 */

// Interaction (cursor, values, keyboard) belongs to the page and is the same for all figures.
const CONFIG = { staticPlot: true, displayModeBar: false, responsive: false };

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

/**
 * @param {HTMLElement} element an empty box of a fixed height
 * @param {Promise<Plotly>} library
 * @param {() => void} onReady
 * @param {(key: string) => void} [onPoint] a point with a key (its `customdata`) was clicked
 */
export function createPlot(element, library, onReady, onPoint) {
  /** @type {Plotly|null} */
  let plotly = null;
  let listening = false;
  const config = { ...CONFIG, staticPlot: !onPoint };
  library.then(
    (loaded) => {
      plotly = loaded;
      onReady();
    },
    () => element.classList.add("is-missing"),
  );
  return {
    get ready() {
      return plotly !== null;
    },
    /** @param {Figure} figure */
    draw(figure) {
      const { clientWidth: width, clientHeight: height } = element;
      if (!plotly || width === 0) return;
      void plotly.react(element, figure.data, { ...figure.layout, width, height, autosize: false }, config);
      if (!onPoint || listening) return;
      listening = true;
      // Plotly adds `on` to the element when it draws in it for the first time.
      /** @type {any} */ (element).on("plotly_click", (/** @type {any} */ { points }) => {
        const key = points[0]?.customdata;
        if (typeof key === "string") onPoint(key);
      });
    },
  };
}
