/** Projector mode: big type and strong contrast for a full room. Owner of data-mode and of full screen. */

const KEY = "mode";

/** @returns {boolean} */
export function isProjector() {
  return document.documentElement.dataset.mode === "projector";
}

/**
 * @param {HTMLElement} tools holds the two buttons
 * @param {() => void} onChange called after sizes and colours changed
 */
export function connectMode(tools, onChange) {
  const button = tools.querySelector("#mode");
  const full = tools.querySelector("#fullscreen");
  if (!(button instanceof HTMLButtonElement) || !(full instanceof HTMLButtonElement)) return { toggle: () => {}, fullScreen: () => {} };

  const tell = () => {
    button.setAttribute("aria-pressed", String(isProjector()));
    full.hidden = !isProjector() || !document.fullscreenEnabled;
    full.setAttribute("aria-pressed", String(document.fullscreenElement !== null));
  };
  const toggle = () => {
    if (isProjector()) delete document.documentElement.dataset.mode;
    else document.documentElement.dataset.mode = "projector";
    const address = new URL(window.location.href);
    if (isProjector()) address.searchParams.set(KEY, "projector");
    else address.searchParams.delete(KEY);
    window.history.replaceState(null, "", address);
    tell();
    onChange();
  };
  const fullScreen = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (document.fullscreenEnabled) void document.documentElement.requestFullscreen();
  };
  button.addEventListener("click", toggle);
  full.addEventListener("click", fullScreen);
  document.addEventListener("fullscreenchange", tell);
  tell();
  return { toggle, fullScreen };
}
