/** Owner of the address bar: reads the query once, and keeps it in step without adding history. */

/** Milliseconds after the last change before the address follows it. */
const DELAY = 250;

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

/**
 * The address of what is on screen.
 * @param {() => Array<[string, string]>} pairs of its query, now
 */
export function createAddress(pairs) {
  let timer = 0;
  const tell = () => {
    window.clearTimeout(timer);
    writeQuery(pairs());
    refreshLanguageLinks(document.querySelectorAll("a[hreflang]"));
    return window.location.href;
  };
  return {
    /** Write it now. @returns {string} */
    tell,
    /** Write it when the reader has stopped changing things. */
    remember() {
      window.clearTimeout(timer);
      timer = window.setTimeout(tell, DELAY);
    },
  };
}
