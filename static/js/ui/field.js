/** One control, built from an option of the catalogue. */

import { complaint } from "../experiment.js";
import { parseNumber } from "../format.js";
import { nearest, stops, whenSwitchedOn } from "../slider-scale.js";
import { fieldProblem } from "../describe.js";
import { el, setText } from "./dom.js";

/** @typedef {import("../types.js").Language} Language */
/** @typedef {import("../types.js").Option} Option */
/** @typedef {import("../types.js").OptionValue} OptionValue */

/**
 * @typedef {object} Field
 * @property {HTMLElement} element
 * @property {(values: Array<OptionValue|undefined>) => void} show one value, or several that differ
 * @property {(text: string) => void} complain "" where all is well
 * @property {() => void} focus
 */

/**
 * @typedef {object} FieldSetting
 * @property {Option} option
 * @property {string} id
 * @property {string} label
 * @property {string} hint
 * @property {Language} language
 * @property {(value: string) => string} choiceLabel
 * @property {(value: OptionValue) => void} onChange
 */

/** @param {FieldSetting} setting @returns {Field} */
export function createField(setting) {
  const { option } = setting;
  const problem = el("p", { class: "problem", id: `${setting.id}-problem`, "aria-live": "polite" });
  const hint = setting.hint ? el("p", { class: "hint", id: `${setting.id}-hint` }, setting.hint) : null;
  const describedBy = `${setting.id}-problem${hint ? ` ${setting.id}-hint` : ""}`;
  const build = { choice: choiceInput, boolean: switchInput, number: numberInput, integer: numberInput }[option.kind];
  const input = build(setting, describedBy, (text) => complain(text));
  const complain = (/** @type {string} */ text) => {
    setText(problem, text);
    for (const each of input.inputs) each.setAttribute("aria-invalid", String(text !== ""));
  };
  return {
    element: el("div", { class: `field field-${option.kind}` }, ...input.nodes, problem, hint),
    show(values) {
      complain("");
      input.show(values);
    },
    complain,
    focus: () => input.inputs[0].focus(),
  };
}

/** @typedef {{nodes: Node[], inputs: HTMLElement[], show: Field["show"]}} Input */

/** @param {Array<OptionValue|undefined>} values */
const differ = (values) => values.some((value) => value !== values[0]);

/** @param {FieldSetting} setting @param {string} describedBy @returns {Input} */
function choiceInput({ option, id, label, choiceLabel, onChange, language }, describedBy) {
  const mixed = el("option", { value: "", hidden: true }, language.t("field.mixed"));
  const select = el(
    "select",
    { id, "aria-describedby": describedBy, onchange: () => onChange(select.value) },
    mixed,
    ...(option.choices ?? []).map((value) => el("option", { value }, choiceLabel(value))),
  );
  return {
    nodes: [el("label", { for: id }, label), select],
    inputs: [select],
    show: (values) => {
      select.value = differ(values) ? "" : String(values[0]);
    },
  };
}

/** @param {FieldSetting} setting @param {string} describedBy @returns {Input} */
function switchInput({ id, label, onChange }, describedBy) {
  const box = el("input", { type: "checkbox", id, "aria-describedby": describedBy, onchange: () => onChange(box.checked) });
  return {
    nodes: [el("div", { class: "switch" }, box, el("label", { for: id }, label))],
    inputs: [box],
    show: (values) => {
      box.indeterminate = differ(values);
      box.checked = values[0] === true;
    },
  };
}

/**
 * A number can be typed (either decimal mark) or slid; one that may be absent has a switch.
 * @param {FieldSetting} setting @param {string} describedBy @param {(text: string) => void} complain
 * @returns {Input}
 */
function numberInput({ option, id, label, language, onChange }, describedBy, complain) {
  const values = stops(option);
  const written = (/** @type {OptionValue|undefined} */ value) =>
    typeof value === "number" ? String(value).replace(".", language.separators[0]) : "";

  /** @param {OptionValue} value */
  const offer = (value) => {
    const wrong = complaint(option, value);
    complain(wrong ? fieldProblem({ path: option.path, message: "", code: wrong.code, limit: wrong.limit }, language) : "");
    if (!wrong) onChange(value);
  };
  const text = el("input", {
    type: "text",
    inputmode: option.kind === "integer" ? "numeric" : "decimal",
    id,
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": describedBy,
    onchange: () => offer(parseNumber(text.value, language.separators)),
  });
  const slider = values.length
    ? el("input", {
        type: "range",
        min: 0,
        max: values.length - 1,
        step: 1,
        "aria-label": language.t("field.slider", { name: label }),
        oninput: () => {
          const value = values[Number(slider?.value)];
          text.value = written(value);
          offer(value);
        },
      })
    : null;
  const onOff = option.nullable
    ? el("input", {
        type: "checkbox",
        "aria-label": language.t("field.on", { name: label }),
        onchange: () => onChange(onOff?.checked ? whenSwitchedOn(option) : null),
      })
    : null;
  const unit = option.unit && language.has(`unit.${option.unit}`) ? language.t(`unit.${option.unit}`) : "";
  return {
    nodes: [
      el("div", { class: "field-top" }, onOff, el("label", { for: id }, label), text, unit && el("span", { class: "unit" }, unit)),
      ...(slider ? [slider] : []),
    ],
    inputs: [text, ...(slider ? [slider] : [])],
    show(shown) {
      const mixed = differ(shown);
      const [value] = shown;
      const off = value === null && !mixed;
      if (onOff) onOff.checked = !off;
      text.disabled = off;
      text.value = mixed ? "" : written(value);
      text.placeholder = mixed ? shown.map((each) => (each === null ? "–" : written(each))).join(" · ") : "–";
      if (!slider) return;
      slider.disabled = off;
      if (typeof value === "number") slider.value = String(nearest(values, value));
      slider.setAttribute("aria-valuetext", off ? language.t("field.off") : written(value) || "–");
    },
  };
}
