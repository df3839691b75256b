/** Paper: before printing, every figure is drawn as wide as the sheet, with set-up and link above. */

/**
 * @param {{setup: HTMLElement, link: HTMLElement}} head
 * @param {{draw: () => {setup: string, address: string}, restore: () => void}} page
 *   draw: draws everything, on screen or not, at the size it has now
 */
export function connectPrint(head, page) {
  const { classList } = document.documentElement;
  window.addEventListener("beforeprint", () => {
    classList.add("printing"); // print.css: the layout of the sheet, already on the screen
    const { setup, address } = page.draw();
    head.setup.textContent = setup;
    head.link.textContent = address;
  });
  window.addEventListener("afterprint", () => {
    classList.remove("printing");
    page.restore();
  });
}
