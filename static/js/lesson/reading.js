/** Where the reader is: the chapter in the contents, and how far down the page. */

/** @param {HTMLProgressElement} bar @param {HTMLElement[]} chapters @param {HTMLAnchorElement[]} links */
export function connectReading(bar, chapters, links) {
  let waiting = false;
  const look = () => {
    waiting = false;
    const line = window.innerHeight * 0.4;
    const at = chapters.findLastIndex((chapter) => chapter.getBoundingClientRect().top <= line);
    for (const link of links) {
      if (at >= 0 && link.hash === `#${chapters[at].id}`) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
    const whole = document.documentElement.scrollHeight - window.innerHeight;
    bar.value = whole > 0 ? Math.min(100, (100 * window.scrollY) / whole) : 100;
  };
  const later = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(look);
  };
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later);
  look();
}
