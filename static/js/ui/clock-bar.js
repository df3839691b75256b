/** The two clocks: which training step is shown, and which timestep is under the cursor. */

import { SPEEDS } from "../playback.js";
import { byId, icon, setText } from "./dom.js";

/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").Scene} Scene */

/**
 * @param {Language} language
 * @param {{toggle: () => void, frame: (direction: -1|1) => void, seek: (step: number) => void, live: () => void, speed: (factor: number) => void,
 *   stop: () => void, unpin: () => void, pin: (t: number) => void}} act
 */
export function createClockBar(language, act) {
  const bar = byId("clock-bar", HTMLElement);
  const play = byId("clock-play", HTMLButtonElement);
  const [previous, next] = [byId("clock-previous", HTMLButtonElement), byId("clock-next", HTMLButtonElement)];
  const slider = byId("clock-step", HTMLInputElement);
  const label = byId("clock-label", HTMLElement);
  const live = byId("clock-live", HTMLButtonElement);
  const stop = byId("clock-stop", HTMLButtonElement);
  const speed = byId("clock-speed", HTMLSelectElement);
  const time = byId("clock-time", HTMLInputElement);
  const timeLabel = byId("clock-time-label", HTMLElement);
  const unpin = byId("clock-unpin", HTMLButtonElement);
  const more = byId("clock-more", HTMLButtonElement);

  const icons = { play: icon("play"), pause: icon("pause") };
  play.replaceChildren(icons.play, icons.pause);
  previous.replaceChildren(icon("previous"));
  next.replaceChildren(icon("next"));
  unpin.replaceChildren(icon("close"));
  more.replaceChildren(icon("more"));
  stop.replaceChildren(icon("stop"), language.t("run.stop"));
  for (const factor of SPEEDS) {
    speed.append(new Option(language.t("clock.speed.factor", { factor: language.number(factor) }), String(factor)));
  }
  speed.value = "1";
  play.addEventListener("click", act.toggle);
  // On a narrow screen these are folded away.
  more.addEventListener("click", () => more.setAttribute("aria-expanded", String(bar.classList.toggle("is-open"))));
  previous.addEventListener("click", () => act.frame(-1));
  next.addEventListener("click", () => act.frame(1));
  slider.addEventListener("input", () => act.seek(Number(slider.value)));
  live.addEventListener("click", act.live);
  stop.addEventListener("click", act.stop);
  speed.addEventListener("change", () => act.speed(Number(speed.value)));
  time.addEventListener("input", () => act.pin(Number(time.value)));
  unpin.addEventListener("click", act.unpin);

  return {
    /** @param {Scene} scene @param {boolean} training whether anything still trains */
    show({ view, clock, timestep, state }, training) {
      bar.hidden = !view.runs.some(({ run }) => run.state !== "ready");
      document.body.classList.toggle("has-clock", !bar.hidden);
      const moving = clock.mode === "playing" || (clock.mode === "live" && (training || clock.step < view.edge));
      icons.play.toggleAttribute("hidden", moving);
      icons.pause.toggleAttribute("hidden", !moving);
      play.setAttribute("aria-label", language.t(moving ? "clock.pause" : "clock.play"));
      slider.max = String(view.budget);
      slider.value = String(Math.round(view.step));
      slider.style.setProperty("--filled", `${(100 * view.edge) / view.budget}%`);
      const step = language.integer(Math.round(view.step));
      slider.setAttribute("aria-valuetext", language.t("clock.step", { step, steps: language.integer(view.budget) }));
      setText(label, language.t("clock.step", { step, steps: language.integer(view.budget) }));
      stop.hidden = !training;
      const atEdge = clock.mode === "live";
      live.setAttribute("aria-pressed", String(atEdge));
      const lost = ["retrying", "draining", "gone"].includes(state.connection?.phase ?? "");
      live.dataset.tone = lost ? "warning" : "";
      setText(live, language.t(lost ? "clock.lost" : training ? "clock.live" : "clock.end"));
      time.max = String(view.length);
      time.value = String(timestep ?? view.length);
      const t = timestep === null ? "–" : language.integer(timestep);
      setText(timeLabel, language.t("clock.timestep", { t }));
      time.setAttribute("aria-valuetext", language.t("clock.timestep", { t }));
      unpin.disabled = timestep === null;
    },
  };
}
