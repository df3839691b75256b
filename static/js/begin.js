/** How a page begins: with what the server wrote into it, or by saying that it cannot. */

/** @typedef {{api: string, lang: string, messages: string, plotly: string}} Config */

/** @param {(config: Config) => Promise<void>} start */
export function begin(start) {
  const config = JSON.parse(document.getElementById("config")?.textContent ?? "{}");
  start(config).catch((error) => {
    const alert = document.getElementById("alert");
    // The texts themselves may be what failed, so this one comes with the page.
    if (alert) {
      alert.hidden = false;
      alert.textContent = alert.dataset.unreachable ?? "";
    }
    throw error;
  });
}
