/**
 * The points of the spread as places to point at: one stop of the keyboard for all of them, the
 * arrows go from one to the next, Enter or a click opens the run.
 */

import { pointPlaces } from "../charts/spread.js";
import { el, setText, svg } from "../ui/dom.js";

/** @typedef {ReturnType<typeof pointPlaces>[number]} Place */

/** Half the size of a place, in pixels: enough for a finger's tip. */
const REACH = 12;
const WAYS = /** @type {Readonly<Record<string, (at: number, last: number) => number>>} */ ({
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  Home: () => 0,
  End: (_, last) => last,
});

/**
 * @param {HTMLElement} box of the figure
 * @param {string} name of all points together
 * @param {{to: (run: string) => string, follow: (run: string, event: MouseEvent) => void}} lab the link of a run
 */
export function createPoints(box, name, lab) {
  const tip = el("p", { class: "point-tip", hidden: true });
  const layer = svg("svg", { class: "points", role: "group", "aria-label": name });
  box.after(layer, tip);
  /** @type {Map<string, {link: SVGElement, ring: SVGElement, place: Place}>} by run and column */
  let known = new Map();

  /** @param {Place} place */
  const point = (place) => {
    setText(tip, place.text);
    tip.hidden = false;
    const half = tip.offsetWidth / 2; // within the figure, also on a phone
    tip.style.left = `${Math.max(half, Math.min(box.clientWidth - half, place.x))}px`;
    tip.style.top = `${place.y}px`;
  };
  const leave = () => {
    tip.hidden = true;
  };

  layer.addEventListener("keydown", (event) => {
    const all = [...known.values()];
    const at = all.findIndex(({ link }) => link === document.activeElement);
    const way = WAYS[event.key];
    const next = at < 0 || !way ? undefined : all[way(at, all.length - 1)];
    if (!next) return;
    event.preventDefault();
    for (const { link } of all) link.setAttribute("tabindex", link === next.link ? "0" : "-1");
    next.link.focus();
  });

  /** @param {string} key @param {Place} place */
  const made = (key, place) => {
    const ring = svg("circle", { r: REACH });
    /** @type {{link: SVGElement, ring: SVGElement, place: Place}} */
    const each = { link: svg("a", { tabindex: -1 }, ring), ring, place };
    const here = () => point(each.place);
    for (const event of ["pointerenter", "focus"]) each.link.addEventListener(event, here);
    for (const event of ["pointerleave", "blur"]) each.link.addEventListener(event, leave);
    each.link.addEventListener("click", (event) => lab.follow(each.place.run, /** @type {MouseEvent} */ (event)));
    return each;
  };

  return {
    /** @param {import("../charts/layout.js").Figure} figure */
    show(figure) {
      const { clientWidth: width, clientHeight: height } = box;
      layer.setAttribute("width", String(width));
      layer.setAttribute("height", String(height));
      /** @type {Map<string, number>} */
      const seen = new Map();
      const now = new Map(
        pointPlaces(figure, { width, height }).map((place) => {
          const column = seen.get(place.run) ?? 0; // before comes first
          seen.set(place.run, column + 1);
          const key = `${place.run} ${column}`;
          const each = known.get(key) ?? made(key, place);
          each.place = place;
          each.link.setAttribute("href", lab.to(place.run));
          each.link.setAttribute("aria-label", place.text);
          each.ring.setAttribute("cx", place.x.toFixed(1));
          each.ring.setAttribute("cy", place.y.toFixed(1));
          return [key, each];
        }),
      );
      const all = [...now.values()];
      const focused = all.find(({ link }) => link === document.activeElement);
      // Moving one that has the focus would take it away.
      if (all.some(({ link }, at) => layer.children[at] !== link) || layer.childElementCount !== all.length) {
        layer.replaceChildren(...all.map(({ link }) => link));
        if (focused) /** @type {any} */ (focused.link).focus({ preventScroll: true });
      }
      known = now;
      const stop = focused ?? all.find(({ link }) => link.getAttribute("tabindex") === "0") ?? all[0];
      for (const each of all) each.link.setAttribute("tabindex", each === stop ? "0" : "-1");
      if (!focused) leave();
    },
  };
}
