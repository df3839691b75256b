/** Owner of the address bar: reads the query once, and keeps it in step without adding history. */

/** @returns {URLSearchParams} */
export function readQuery() {
  return new URLSearchParams(window.location.search);
}

/**
 * Replace the query. Language and mode stay: they belong to the page, not to the set-up.
 * @param {Array<[string, string]>} pairs
 */
export function writeQuery(pairs) {
  const own = ["lang", "mode"].flatMap((name) => readQuery().getAll(name).map((value) => [name, value]));
  const query = new URLSearchParams([...own, ...pairs]);
  const address = `?${query}${window.location.hash}`;
  if (address !== window.location.search + window.location.hash) {
    window.history.replaceState(null, "", address);
  }
}

/**
 * Let the links that switch the language lead to the set-up that is on screen now.
 * @param {Iterable<HTMLAnchorElement>} links
 */
export function refreshLanguageLinks(links) {
  for (const link of links) {
    const query = readQuery();
    query.set("lang", link.hreflang);
    link.search = query.toString();
  }
}
