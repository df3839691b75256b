/** The other language is the same place of the page: a link of the server knows no part of it. */

/** Let the links to other languages lead to the part that the reader sees. @param {() => string} part a hash, or nothing */
export function keepPlace(part = () => window.location.hash) {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".languages a"))) {
    // Early enough for a new tab, and for a link that is copied.
    for (const near of ["pointerenter", "focus", "click"]) link.addEventListener(near, () => (link.hash = part()));
  }
}
