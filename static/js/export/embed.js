/** The address that shows a figure, or the Lab, in another page; and the frame to paste there. Pure. */

import { escapeXml } from "./svg-context.js";

/** Height of each frame in CSS pixels: what its figure needs at a usual column width. */
const HEIGHTS = /** @type {Readonly<Record<string, number>>} */ ({ lab: 900, highway: 640, profile: 620, try: 780, heat: 720, gates: 660, cell: 820, loss: 520 });

/**
 * @param {string} address of the Lab with its query
 * @param {string} figure "lab" or the name of a figure
 */
export function embedAddress(address, figure) {
  const url = new URL(address);
  url.pathname = url.pathname.replace(/(embed\/)?\w+$/, `embed/${figure}`);
  url.searchParams.delete("mode");
  url.hash = "";
  return url.href;
}

/** @param {string} address @param {string} figure @param {string} title */
export function embedSnippet(address, figure, title) {
  const source = escapeXml(embedAddress(address, figure));
  return `<iframe src="${source}" title="${escapeXml(title)}" width="100%" height="${HEIGHTS[figure]}" loading="lazy" allow="fullscreen; clipboard-write"></iframe>`;
}
