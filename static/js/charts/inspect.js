/** A figure as Plotly shows it to somebody who inspects it: values under the pointer, zoom. Pure. */

/** @typedef {import("./layout.js").Figure} Figure */

/** How Plotly behaves: its buttons and hints are in English, and the page has its own. */
export const CONFIG = { displayModeBar: false, showTips: false, doubleClick: "reset", responsive: false };

/**
 * @param {Figure} figure @param {import("../types.js").Palette} palette
 * @param {(value: number|null) => string} number
 * @returns {Figure}
 */
export function inspectable({ data, layout }, palette, number) {
  const label = { bgcolor: palette.surface, bordercolor: palette["line-strong"], font: { color: palette.ink, family: layout.font.family } };
  const axes = Object.entries(layout).map(([name, of]) => [name, /^[xy]axis/.test(name) ? zoomable(of) : of]);
  return {
    data: data.map((trace) => readable(trace, layout, number)),
    layout: { ...Object.fromEntries(axes), hovermode: "x unified", hoverlabel: label, dragmode: "zoom", uirevision: "inspection" },
  };
}

/** The time axis is that of all figures, with one cursor: it stays as it is. @param {any} axis */
const zoomable = (axis) => ({ ...axis, fixedrange: Boolean(axis.shared) });

/**
 * What a model measured can be read; marks, bands and lines of theory are there to be seen.
 * @param {any} trace @param {Record<string, any>} layout @param {(value: number|null) => string} number
 */
function readable(trace, layout, number) {
  if (trace.mode !== "lines+markers") return { ...trace, hoverinfo: "skip" };
  const { exponents } = layout[(trace.yaxis ?? "y").replace("y", "yaxis")];
  const value = (/** @type {number|null} */ y) => (y === null ? "" : number(exponents ? 10 ** y : y));
  return { ...trace, hoverinfo: undefined, text: trace.y.map(value), hovertemplate: `${trace.name}: %{text}<extra></extra>` };
}
