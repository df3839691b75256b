/** Paper: figures are drawn again as wide as the sheet and in its colours, and as before afterwards. */

/** @param {() => void} redraw draws at once, with the sizes and colours of that moment */
export function connectPaper(redraw) {
  for (const [event, on] of /** @type {const} */ ([["beforeprint", true], ["afterprint", false]])) {
    window.addEventListener(event, () => {
      // The style sheets lay the sheet out on the screen first: a figure is as wide as its place.
      document.documentElement.classList.toggle("printing", on);
      redraw();
    });
  }
}
