/** A list that the browser keeps, if it may: storage can be forbidden, and then lasts for this page. */

/** @param {string} key */
export function forgetful(key) {
  /** @type {string[]} */
  let here = [];
  return {
    /** @returns {string[]} */
    read() {
      try {
        const kept = JSON.parse(localStorage.getItem(key) ?? "[]");
        if (Array.isArray(kept)) return [...new Set([...here, ...kept.map(String)])];
      } catch {
        // Forbidden, or not what we wrote.
      }
      return here;
    },
    /** @param {string[]} values */
    write(values) {
      here = values;
      try {
        localStorage.setItem(key, JSON.stringify(values));
      } catch {
        // Private window or iframe.
      }
    },
  };
}
