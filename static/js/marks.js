/** Dashes and markers as SVG writes them, under the names that Plotly has for them. */

export const DASHES = /** @type {Readonly<Record<string, string>>} */ ({
  solid: "",
  dot: "1.5 3.5",
  dash: "6 4",
  dashdot: "7 3 1.5 3",
  longdash: "10 4",
  longdashdot: "10 3 1.5 3",
  "8px,3px,2px,3px,2px,3px": "8 3 2 3 2 3",
  "14px,4px": "14 4",
});

/** Around the origin, about 8 units wide. */
export const SYMBOLS = /** @type {Readonly<Record<string, string>>} */ ({
  circle: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
  square: "M-3.6-3.6h7.2v7.2h-7.2z",
  "square-open": "M-3.4-3.4h6.8v6.8h-6.8z",
  diamond: "M0-5L5 0 0 5-5 0z",
  "triangle-up": "M0-4.5L4.5 3.5h-9z",
  "triangle-down": "M0 4.5L4.5-3.5h-9z",
  "triangle-down-open": "M0 4.5L4.5-3.5h-9z",
  cross: "M-1.5-4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3z",
  x: "M-4.5-3L-3-4.5 0-1.5 3-4.5 4.5-3 1.5 0 4.5 3 3 4.5 0 1.5-3 4.5-4.5 3-1.5 0z",
  star: "M0-5l1.5 3.4L5-1.4 2.4 1 3.1 4.6 0 2.8-3.1 4.6-2.4 1-5-1.4l3.5-.2z",
  hexagon: "M-2.3-4h4.6L4.6 0 2.3 4h-4.6L-4.6 0z",
  bowtie: "M-5-4L5 4V-4L-5 4z",
});
