/** Gradient profiles that are measured again whenever a slider moves. */

import { configOf } from "./figure.js";
import { connectMeasured } from "./measure.js";
import { writeNumbers } from "./numbers.js";
import { createProfile } from "./profile.js";
import { stateOf } from "./untrained.js";

/** @typedef {import("../types.js").Run} Run */
/** @typedef {import("./figure.js").Tools} Tools */

/** @param {HTMLElement} root @param {Tools} tools */
export function connectProbeFigure(root, tools) {
  const config = configOf(root);
  const { language } = tools;
  const { t } = language;
  const chapter = root.closest(".chapter") ?? root;
  const profile = createProfile(root, config, tools, () => measured.ask());

  const measured = connectMeasured(root, config, tools, (frames, values, trained) => {
    const [first] = Object.values(frames);
    const label = (/** @type {Run} */ run) => run.label;
    profile.show(stateOf(config.runs, frames), first.step, label, (lanes) => t("lesson.summary.measured", { lanes }));
    writeNumbers(chapter, { id: config.id, values, frames, length: first.grad_h.length }, language);
    return trained ? t("lesson.measured-trained", { step: language.integer(first.step) }) : t("lesson.measured");
  });
}
