/**
 * A figure as SVG, drawn by ourselves: what Plotly calls scatter traces, linear axes with given ticks,
 * annotations and shapes, which is all that the figures of the Lab need. An update costs a tenth of
 * Plotly's, and the page is drawn, printed and exported without its 0.8 s of starting. Pure.
 */

import { DASHES, SYMBOLS } from "../marks.js";

/** @typedef {import("./layout.js").Figure} Figure */
/** @typedef {{name: string, attributes: Record<string, string|number>, children: Array<SvgNode|string>}} SvgNode */
/** @typedef {{low: number, high: number}} Span in pixels */
/** @typedef {(value: number) => number} Place */
/** @typedef {{x: Place, y: Place}} Places of a pair of axes */

const TICK = 4;
/** Width of a line that dashes are given for. */
const USUAL_WIDTH = 3;
/** Between a tick and its label. */
const AIR = 3;
/** From the middle of a line of text to its baseline, and from its top or bottom, in shares of its size. */
const [MIDDLE, ABOVE, BELOW] = [0.35, 0.8, 0.25];

/**
 * @param {string} name @param {SvgNode["attributes"]} attributes @param {...(SvgNode|string)} children
 * @returns {SvgNode}
 */
const node = (name, attributes, ...children) => ({ name, attributes, children });

/**
 * A thick line has long dashes: on a projector dots would run together.
 * @param {{dash: string, width: number}} line
 */
function dashes({ dash, width }) {
  const factor = Math.max(1, width / USUAL_WIDTH);
  return (DASHES[dash] ?? "").replace(/[\d.]+/g, (length) => String(px(factor * Number(length))));
}

/** @param {number} value */
const px = (value) => Math.round(value * 10) / 10;

/**
 * @param {Figure} figure @param {{width: number, height: number}} size in pixels
 * @returns {SvgNode[]}
 */
export function drawFigure({ data, layout }, { width, height }) {
  const { margin } = layout;
  const across = { low: margin.l, high: width - margin.r };
  const down = { low: height - margin.b, high: margin.t };
  const names = Object.keys(layout).filter((name) => /^[xy]axis\d*$/.test(name));
  /** @type {Record<string, {axis: any, span: Span, place: Place}>} by the name that traces use, such as "y2" */
  const axes = Object.fromEntries(
    names.map((name) => {
      const axis = layout[name];
      const span = within(name[0] === "x" ? across : down, axis.domain ?? [0, 1]);
      return [name.replace("axis", ""), { axis, span, place: scale(axis.range, span) }];
    }),
  );
  /** @param {string|undefined} x @param {string|undefined} y @returns {Places} */
  const placesOf = (x = "x", y = "y") => ({
    x: x === "paper" ? scale([0, 1], across) : axes[x].place,
    y: y === "paper" ? scale([0, 1], down) : axes[y].place,
  });
  /** @param {any} of a trace, shape or annotation */
  const ofTrace = (of) => placesOf(of.xaxis, of.yaxis);
  const ofPaper = (/** @type {any} */ of) => placesOf(of.xref, of.yref);

  const { font } = layout;
  return [
    ...Object.entries(axes).flatMap(([name, { axis, span, place }]) =>
      name[0] === "y" ? verticalAxis(axis, place, span, across, font) : horizontalAxis(axis, place, axes[axis.anchor ?? "y"].span, across, font),
    ),
    ...(layout.shapes ?? []).map((/** @type {any} */ shape) => drawShape(shape, ofPaper(shape))),
    ...data.flatMap((trace, at) => drawTrace(trace, data[at - 1], ofTrace(trace))),
    ...(layout.annotations ?? []).map((/** @type {any} */ note) => drawNote(note, ofPaper(note))),
  ];
}

/** @param {Span} span @param {number[]} domain shares of it @returns {Span} */
function within({ low, high }, [from, to]) {
  return { low: low + from * (high - low), high: low + to * (high - low) };
}

/** @param {number[]} range @param {Span} span @returns {Place} */
function scale([from, to], { low, high }) {
  return (value) => px(low + ((value - from) / (to - from)) * (high - low));
}

/**
 * @param {number} x @param {number} y baseline @param {string} words @param {{size: number, color: string}} font
 * @param {string} anchor @param {SvgNode["attributes"]} [more]
 */
function label(x, y, words, { size, color }, anchor, more = {}) {
  return node("text", { x: px(x), y: px(y), fill: color, "font-size": size, "text-anchor": anchor, ...more }, words);
}

/** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 @param {string} stroke */
const rule = (x1, y1, x2, y2, stroke) => node("line", { x1: px(x1), y1: px(y1), x2: px(x2), y2: px(y2), stroke });

/** @param {any} axis @param {Place} place @param {Span} span @param {Span} across @param {any} font */
function verticalAxis({ tickvals, ticktext, gridcolor, linecolor, tickcolor }, place, span, { low, high }, font) {
  return [
    ...tickvals.flatMap((/** @type {number} */ value, /** @type {number} */ at) => [
      rule(low, place(value), high, place(value), gridcolor),
      rule(low - TICK, place(value), low, place(value), tickcolor),
      label(low - TICK - AIR, place(value) + MIDDLE * font.size, ticktext[at], font, "end"),
    ]),
    rule(low, span.low, low, span.high, linecolor),
  ];
}

/** @param {any} axis @param {Place} place @param {Span} vertical of the axis it stands on @param {Span} across @param {any} font */
function horizontalAxis({ tickvals, ticktext, linecolor, tickcolor, title }, place, { low: bottom }, { low, high }, font) {
  const words = bottom + TICK + AIR + ABOVE * font.size;
  return [
    rule(low, bottom, high, bottom, linecolor),
    ...tickvals.flatMap((/** @type {number} */ value, /** @type {number} */ at) => [
      rule(place(value), bottom, place(value), bottom + TICK, tickcolor),
      label(place(value), words, ticktext[at], font, "middle"),
    ]),
    ...(title ? [label((low + high) / 2, words + BELOW * font.size + title.standoff + ABOVE * title.font.size, title.text, { ...font, ...title.font }, "middle")] : []),
  ];
}

/** @param {any} shape a line, or a rectangle @param {Places} places */
function drawShape({ type, x0, x1, y0, y1, line, fillcolor }, { x, y }) {
  if (type === "line") {
    const { attributes } = rule(x(x0), y(y0), x(x1), y(y1), line.color);
    return node("line", { ...attributes, "stroke-width": line.width, "stroke-dasharray": DASHES[line.dash] ?? "" });
  }
  return node("rect", { x: x(x0), y: y(y1), width: px(x(x1) - x(x0)), height: px(y(y0) - y(y1)), fill: fillcolor });
}

/** @param {any} note @param {Places} places */
function drawNote({ text, font, xanchor, yanchor, xshift = 0, yshift = 0, bgcolor, borderpad = 0, ...at }, { x, y }) {
  const baseline = { bottom: -BELOW * font.size - borderpad, top: ABOVE * font.size + borderpad, middle: MIDDLE * font.size }[/** @type {"bottom"|"top"|"middle"} */ (yanchor)];
  const anchor = { left: "start", right: "end", center: "middle" }[/** @type {"left"|"right"|"center"} */ (xanchor)];
  // A seam of the ground, where Plotly has a box: what lies behind stays legible around it.
  /** @type {SvgNode["attributes"]} */
  const ground = bgcolor ? { stroke: bgcolor, "stroke-width": 4, "stroke-linejoin": "round", "paint-order": "stroke" } : {};
  return label(x(at.x) + xshift, y(at.y) - yshift + (baseline ?? 0), text, font, anchor, ground);
}

/**
 * @param {any} trace @param {any} previous the trace that a band reaches to @param {Places} places
 * @returns {SvgNode[]}
 */
function drawTrace({ mode, x, y, line, marker, fill, fillcolor }, previous, places) {
  /** @type {SvgNode[]} */
  const drawn = [];
  if (fill) drawn.push(node("path", { d: band(x, y, previous.y, places), fill: fillcolor }));
  if (mode?.includes("lines") && line.width > 0) {
    const attributes = { fill: "none", stroke: line.color, "stroke-width": line.width, "stroke-linejoin": "round", "stroke-dasharray": dashes(line) };
    drawn.push(node("path", { class: "trace", d: path(x, y, places), ...attributes }));
  }
  if (mode?.includes("markers")) drawn.push(...markers(x, y, marker, places));
  return drawn;
}

/**
 * The points of a line; it breaks where there is none.
 * @param {number[]} x @param {Array<number|null>} y @param {Places} places
 */
function path(x, y, places) {
  let open = false;
  return y.reduce((/** @type {string} */ d, value, at) => {
    const next = value === null ? "" : `${open ? "L" : "M"}${places.x(x[at])} ${places.y(value)}`;
    open = value !== null;
    return d + next;
  }, "");
}

/**
 * What lies between two lines, in as many pieces as they have.
 * @param {number[]} x @param {Array<number|null>} upper @param {Array<number|null>} lower @param {Places} places
 */
function band(x, upper, lower, places) {
  const known = x.map((_, at) => upper[at] !== null && lower[at] !== null);
  let d = "";
  for (let from = known.indexOf(true); from >= 0; from = known.indexOf(true, from)) {
    const gap = known.indexOf(false, from);
    const until = gap < 0 ? known.length : gap;
    const forth = path(x.slice(from, until), upper.slice(from, until), places);
    const back = path(x.slice(from, until).reverse(), lower.slice(from, until).reverse(), places);
    d += `${forth}${back.replace("M", "L")}Z`;
    from = until;
  }
  return d;
}

/**
 * @param {number[]} x @param {Array<number|null>} y @param {any} marker @param {Places} places
 * @returns {SvgNode[]}
 */
function markers(x, y, { symbol, size, color, maxdisplayed = 0, line }, places) {
  const every = maxdisplayed ? Math.max(1, Math.ceil(y.length / maxdisplayed)) : 1;
  const hollow = symbol.endsWith("-open");
  const look = { fill: hollow ? "none" : color, stroke: color, "stroke-width": hollow ? (line?.width ?? 1.5) : 0 };
  return y.flatMap((value, at) =>
    value === null || at % every ? [] : [node("path", { d: SYMBOLS[symbol] ?? SYMBOLS[symbol.replace("-open", "")] ?? SYMBOLS.circle, transform: `translate(${places.x(x[at])} ${places.y(value)}) scale(${size / 8})`, ...look })],
  );
}
