/** Numbers as a person reads them, with the decimal mark of the language. Pure. */

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @param {number} exponent whole number @returns {string} such as "⁻¹²" */
export function superscript(exponent) {
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPT[Number(digit)]);
  return (exponent < 0 ? "⁻" : "") + digits.join("");
}

/** @param {number} exponent @returns {string} "1", "10", or "10⁻¹²" */
export function power(exponent) {
  if (exponent === 0) return "1";
  return exponent === 1 ? "10" : `10${superscript(exponent)}`;
}

/**
 * Number formatting of one language.
 *
 * Between 0.001 and 100 000 a number is written out; outside, as a power of ten ("3,2·10⁻¹¹"),
 * because nobody counts zeros.
 *
 * @param {string} lang
 */
export function numberFormat(lang) {
  const whole = new Intl.NumberFormat(lang, { maximumFractionDigits: 0 });
  const parts = new Intl.NumberFormat(lang, { useGrouping: true }).formatToParts(12345.6);
  const mark = (/** @type {string} */ type, /** @type {string} */ fallback) =>
    parts.find((part) => part.type === type)?.value ?? fallback;
  const decimal = mark("decimal", ".");
  const group = mark("group", ",");

  /** @type {Map<number, Intl.NumberFormat>} making one costs as much as a hundred uses */
  const formats = new Map();
  const plain = (/** @type {number} */ digits) => {
    const format = formats.get(digits) ?? new Intl.NumberFormat(lang, { maximumSignificantDigits: digits });
    formats.set(digits, format);
    return format;
  };

  const integer = (/** @type {number} */ value) => whole.format(value).replace("-", "−");

  /** @type {(value: number|null, digits?: number) => string} */
  const number = (value, digits = 2) => {
    if (value === null || Number.isNaN(value)) return "—";
    if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
    if (value === 0) return "0";
    const magnitude = Math.abs(value);
    const sign = value < 0 ? "−" : "";
    if (magnitude >= 1e-3 && magnitude < 1e5) {
      if (magnitude >= 10 ** digits && magnitude >= 100) return integer(Math.round(value));
      return sign + plain(digits).format(magnitude);
    }
    const [mantissa, exponent] = magnitude.toExponential(digits - 1).split("e");
    const trimmed = String(Number(mantissa)).replace(".", decimal);
    const tenth = `10${superscript(Number(exponent))}`;
    return sign + (trimmed === "1" ? tenth : `${trimmed}·${tenth}`);
  };

  return { number, integer, power, separators: decimal + group };
}

/**
 * @param {number} seconds
 * @returns {{unit: "seconds"|"minutes", value: number}} rounded so that it does not flicker
 */
export function roundDuration(seconds) {
  if (seconds < 90) {
    return { unit: "seconds", value: Math.max(1, seconds < 10 ? Math.ceil(seconds) : Math.ceil(seconds / 5) * 5) };
  }
  return { unit: "minutes", value: Math.ceil(seconds / 60) };
}

/**
 * Read what a person typed: either decimal mark, powers such as 1e-3, and thousands set apart as the
 * language does it: "1.000" is a thousand in Portuguese, while "0.001" is a small number anywhere.
 * @param {string} text
 * @param {string} [separators] decimal and thousands mark of the language
 * @returns {number} NaN where it is not a number
 */
export function parseNumber(text, separators = "") {
  const signed = text.trim().replace("−", "-");
  const [decimal, group] = separators;
  const grouped = group && new RegExp(`^-?[1-9]\\d{0,2}(\\${group}\\d{3})+(\\${decimal}\\d*)?$`).test(signed);
  const cleaned = (grouped ? signed.replaceAll(group, "") : signed).replace(",", ".");
  return cleaned === "" ? Number.NaN : Number(cleaned);
}
