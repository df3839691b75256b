/**
 * The one visual language: how models, their states, and gates look and are named, everywhere.
 *
 * Names are keys of the text catalogue; colours are custom properties of tokens.css. Nothing here
 * is specific to one figure.
 */

/** @typedef {import("./types.js").CellName} CellName */
/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {import("./types.js").Lane} Lane */
/** @typedef {import("./types.js").LaneName} LaneName */
/** @typedef {import("./types.js").Palette} Palette */
/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./types.js").RunState} RunState */
/** @typedef {import("./types.js").RunStyle} RunStyle */
/** @typedef {import("./types.js").Series} Series */
/** @typedef {import("./types.js").View} View */

/**
 * @typedef {object} LaneVisual
 * @property {LaneName} name
 * @property {string} dash
 * @property {string} symbol
 * @property {number} width
 * @property {string|null} gate the gate that keeps this state alive, whose openness is its road
 */

/** @type {Readonly<Record<CellName, {token: string, lanes: LaneVisual[], gates: string[], theory: "bound"|"direct"}>>} */
export const CELLS = {
  rnn: {
    token: "rnn",
    lanes: [{ name: "h", dash: "dot", symbol: "circle", width: 2.25, gate: null }],
    gates: [],
    theory: "bound",
  },
  lstm: {
    token: "lstm",
    lanes: [
      { name: "c", dash: "solid", symbol: "square", width: 3, gate: "forget_gate" },
      { name: "h", dash: "dash", symbol: "square-open", width: 2, gate: null },
    ],
    gates: ["forget_gate", "input_gate", "output_gate", "candidate"],
    theory: "direct",
  },
  gru: {
    token: "gru",
    lanes: [{ name: "h", dash: "dashdot", symbol: "diamond", width: 2.25, gate: "update_gate" }],
    gates: ["update_gate", "reset_gate", "candidate"],
    theory: "direct",
  },
};

/** @type {Readonly<Record<string, {token: string, dash: string, symbol: string, low: number, high: number}>>} */
export const GATES = {
  input_gate: { token: "input-gate", dash: "dash", symbol: "triangle-up", low: 0, high: 1 },
  forget_gate: { token: "forget-gate", dash: "solid", symbol: "square", low: 0, high: 1 },
  output_gate: { token: "output-gate", dash: "dot", symbol: "triangle-down", low: 0, high: 1 },
  reset_gate: { token: "reset-gate", dash: "dash", symbol: "cross", low: 0, high: 1 },
  update_gate: { token: "update-gate", dash: "solid", symbol: "diamond", low: 0, high: 1 },
  candidate: { token: "candidate", dash: "dashdot", symbol: "circle", low: -1, high: 1 },
};

/** Every colour that a figure needs, by the name of its token. */
export const TOKENS = [
  ...Object.values(CELLS).map((cell) => cell.token),
  ...Object.values(GATES).map((gate) => gate.token),
  "ink",
  "ink-soft",
  "line",
  "line-strong",
  "grid",
  "surface",
  "surface-sunken",
  "positive",
  "negative",
  "success",
  "danger",
  "training-clock",
  "night-bottom",
  "night-line",
];

/** States in which nothing more will come. */
const FINAL = new Set(["solved", "finished", "diverged", "cancelled", "failed"]);

/** @param {RunState} state */
export const isFinal = (state) => FINAL.has(state);

/** Dashes of what is pinned, by its number: none that a model has. */
const PIN_DASHES = ["longdashdot", "8px,3px,2px,3px,2px,3px", "14px,4px"];

/** Markers of the second, third... run of one cell, which shares its colour. */
const VARIANTS = ["", "x", "star", "hexagon", "bowtie"];

/**
 * Runs of one cell share its hue; the second, third... lean towards the text colour, and have a
 * marker of their own.
 * @param {Run[]} runs
 * @param {Palette} palette
 * @param {(run: Run) => string} labelOf
 * @returns {Record<string, RunStyle>}
 */
export function runStyles(runs, palette, labelOf) {
  /** @type {Record<string, number>} */
  const seen = {};
  /** @type {Record<string, RunStyle>} */
  const styles = {};
  const total = (/** @type {string} */ cell) => runs.filter((run) => run.spec.model.cell === cell).length;
  for (const run of runs) {
    const cell = /** @type {CellName} */ (run.spec.model.cell);
    const variant = seen[cell] ?? 0;
    seen[cell] = variant + 1;
    const lean = total(cell) > 1 ? (0.6 * variant) / (total(cell) - 1) : 0;
    styles[run.id] = { colour: mix(palette[CELLS[cell].token], palette.ink, lean), variant, label: labelOf(run) };
  }
  return styles;
}

/**
 * How a run's line looks, whatever it shows.
 * @param {{cell: CellName, style: RunStyle}} shown @param {LaneVisual} [lane]
 */
export function lookOf({ cell, style }, lane = CELLS[cell].lanes[0]) {
  const symbol = VARIANTS[style.variant % VARIANTS.length] || lane.symbol;
  if (style.pin) return { colour: style.colour, dash: PIN_DASHES[(style.pin - 1) % PIN_DASHES.length], symbol, width: lane.width / 2 };
  return { colour: style.colour, dash: lane.dash, symbol, width: lane.width };
}

/**
 * The lines of gradient of a view, in the order of the page.
 * @param {View} view
 * @param {(key: string, values?: Record<string, string>) => string} t
 * @returns {Lane[]}
 */
export function lanesOf(view, t) {
  return view.runs.flatMap((shown) => {
    const lanes = CELLS[shown.cell].lanes;
    return lanes.map((lane) => ({
      key: `${shown.run.id}:${lane.name}`,
      shown,
      lane: lane.name,
      label: lanes.length > 1 ? t("lane.label", { model: shown.style.label, state: t(`lane.${lane.name}.short`) }) : shown.style.label,
      ...lookOf(shown, lane),
    }));
  });
}

/** @param {Frame} frame @param {LaneName} lane @returns {Series} */
export function gradientOf(frame, lane) {
  return (lane === "c" ? frame.grad_c : frame.grad_h) ?? [];
}

/**
 * @param {string} colour "rgb(r, g, b)" @param {string} other @param {number} share of the other
 */
export function mix(colour, other, share) {
  if (share <= 0) return colour;
  const [a, b] = [channels(colour), channels(other)];
  const mixed = a.map((value, at) => Math.round(value + (b[at] - value) * share));
  return `rgb(${mixed.join(", ")})`;
}

/** @param {string} colour @param {number} alpha */
export function withAlpha(colour, alpha) {
  return `rgba(${channels(colour).join(", ")}, ${alpha})`;
}

/**
 * A colour at any opacity, parsed once: for loops.
 * @param {string} colour
 * @returns {(alpha: number) => string}
 */
export function shades(colour) {
  const start = `rgba(${channels(colour).join(", ")}, `;
  return (alpha) => `${start}${alpha.toFixed(3)})`;
}

/** @param {string} colour */
export function channels(colour) {
  const found = colour.match(/[\d.]+/g) ?? ["0", "0", "0"];
  return found.slice(0, 3).map(Number);
}
