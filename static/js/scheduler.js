/**
 * Decides which panel is drawn in an animation frame: only those that are on screen and whose
 * content changed, at most one heavy one per frame, and each at a rate that follows from what its
 * drawing costs on this machine.
 */

/**
 * @template Scene
 * @typedef {object} Panel
 * @property {Element} element
 * @property {boolean} heavy
 * @property {(scene: Scene) => string} key equal keys look equal
 * @property {(scene: Scene) => void} draw
 * @property {(scene: Scene) => string} [outline] what the size of the panel follows from: where it
 *   changes, the panel is drawn even off screen, so that nothing shifts when one scrolls to it
 */

/** A panel rests this many times as long as its drawing took: 0.25 of the time at most goes to it. */
const REST = 3;
const LONGEST_REST = 600;
/** Milliseconds. What a browser does after a drawing (style, layout, paint) is in no measurement here. */
const SHORTEST_REST = 80;
/** How much the newest measurement counts. */
const FRESH = 0.4;

/**
 * @template Scene
 * @param {{now?: () => number, observe?: (element: Element, onChange: (visible: boolean) => void) => void}} [environment]
 */
export function createScheduler(environment = {}) {
  const now = environment.now ?? (() => performance.now());
  const observe = environment.observe ?? observeVisibility;

  /** @type {Array<{panel: Panel<Scene>, visible: boolean, drawn: string|null, outline: string|undefined, cost: number, after: number}>} */
  const entries = [];
  let turn = 0;

  return {
    /**
     * @param {Panel<Scene>} panel @param {() => void} wake
     * @returns {() => boolean} whether it is on screen
     */
    add(panel, wake) {
      const entry = { panel, visible: false, drawn: /** @type {string|null} */ (null), outline: undefined, cost: 0, after: 0 };
      entries.push(entry);
      observe(panel.element, (visible) => {
        entry.visible = visible;
        if (visible) wake();
      });
      return () => entry.visible;
    },

    /** Let no panel rest any longer: somebody chose what to see, and is answered in the next frame. */
    hurry() {
      for (const entry of entries) entry.after = 0;
    },

    /** Draw everything now, on screen or not. @param {Scene} scene */
    drawAll(scene) {
      for (const entry of entries) {
        entry.panel.draw(scene);
        entry.drawn = entry.panel.key(scene);
      }
    },

    /**
     * @param {Scene} scene
     * @returns {boolean} whether something still waits to be drawn
     */
    run(scene) {
      let waiting = false;
      let heavyDrawn = false;
      const count = entries.length;
      const first = turn;
      for (let at = 0; at < count; at += 1) {
        const entry = entries[(first + at) % count];
        const outline = entry.panel.outline?.(scene);
        if (!entry.visible && outline === entry.outline) continue;
        const key = entry.panel.key(scene);
        if (key === entry.drawn) continue;
        const start = now();
        if (start < entry.after || (entry.panel.heavy && heavyDrawn)) {
          waiting = true;
          continue;
        }
        entry.panel.draw(scene);
        entry.outline = outline;
        const cost = now() - start;
        entry.drawn = key;
        entry.cost = entry.cost ? entry.cost * (1 - FRESH) + cost * FRESH : cost;
        entry.after = start + cost + Math.min(LONGEST_REST, Math.max(SHORTEST_REST, entry.cost * REST));
        if (entry.panel.heavy) {
          heavyDrawn = true;
          turn = (first + at + 1) % count; // the next one goes first next time
        }
      }
      return waiting;
    },
  };
}

/** @param {Element} element @param {(visible: boolean) => void} onChange */
function observeVisibility(element, onChange) {
  const observer = new IntersectionObserver(
    (found) => onChange(found[found.length - 1].isIntersecting),
    { rootMargin: "80px" },
  );
  observer.observe(element);
}
