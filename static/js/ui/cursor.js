/**
 * The timestep cursor: one for all figures. Moving over any of them lights the same timestep in
 * all; a click or the arrow keys pin it, Esc lets it go.
 *
 * The line itself is CSS: it stands at --t-at of every plot, so moving it costs no redrawing.
 */

/**
 * @param {HTMLElement} area the element that holds all figures
 * @param {() => {left: number, right: number}} margins of the time axis, in pixels
 * @param {(t: {hover: number|null, pinned: number|null}) => void} onChange
 */
export function createCursor(area, margins, onChange) {
  let length = 1;
  /** @type {number|null} */
  let hover = null;
  /** @type {number|null} */
  let pinned = null;

  const tell = () => {
    place("--t-hover", hover);
    place("--t-pinned", pinned);
    area.classList.toggle("has-hover", hover !== null);
    area.classList.toggle("has-pin", pinned !== null);
    onChange({ hover, pinned });
  };

  /** @param {string} property @param {number|null} t */
  const place = (property, t) => {
    if (t !== null) area.style.setProperty(property, String((t - 0.5) / length));
  };

  /** @param {PointerEvent|MouseEvent} event @returns {number|null} */
  const timestepAt = (event) => {
    const plot = event.target instanceof Element ? event.target.closest("[data-time-axis]") : null;
    if (!plot) return null;
    const box = plot.getBoundingClientRect();
    const { left, right } = margins();
    const span = box.width - left - right;
    const share = (event.clientX - box.left - left) / span;
    if (share < -0.02 || share > 1.02) return null;
    return Math.min(length, Math.max(1, Math.floor(share * length) + 1));
  };

  area.addEventListener("pointermove", (event) => {
    const t = timestepAt(event);
    if (t !== hover) {
      hover = t;
      tell();
    }
  });
  area.addEventListener("pointerleave", () => {
    if (hover !== null) {
      hover = null;
      tell();
    }
  });
  area.addEventListener("click", (event) => {
    const t = timestepAt(event);
    // In a figure that is inspected, a click ends a drag.
    if (t === null || (event.target instanceof Element && event.target.closest(".is-inspected"))) return;
    // Where the click also chooses a unit, choosing another one must not let go of the timestep.
    const keeps = event.target instanceof Element && event.target.closest("[data-keeps-pin]") !== null;
    pinned = t === pinned && !keeps ? null : t;
    tell();
  });
  document.addEventListener("keydown", (event) => {
    // Arrow keys belong to the control that has the focus, if one has.
    const busy = event.target instanceof Element && event.target.closest("input, select, textarea, dialog[open], .table-room");
    if (busy || event.ctrlKey || event.altKey || event.metaKey || (pinned === null && event.key !== "ArrowLeft")) return;
    const leap = event.shiftKey ? 10 : 1;
    const from = pinned ?? length;
    /** @type {Record<string, number|null>} */
    const moves = { ArrowLeft: from - leap, ArrowRight: from + leap, Escape: null };
    if (!(event.key in moves)) return;
    event.preventDefault();
    const to = moves[event.key];
    pinned = to === null ? null : Math.min(length, Math.max(1, to));
    tell();
  });

  return {
    /** @param {number} next @param {number|null} pin */
    set(next, pin) {
      if (next === length && pin === pinned) return;
      length = next;
      pinned = pin !== null && pin <= next ? pin : null;
      if (hover !== null && hover > next) hover = null;
      tell();
    },
    /** @returns {number|null} */
    get timestep() {
      return hover ?? pinned;
    },
    get pinned() {
      return pinned;
    },
  };
}
