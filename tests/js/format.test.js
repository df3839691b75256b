import assert from "node:assert/strict";
import { test } from "node:test";
import { numberFormat, parseNumber, power, roundDuration, superscript } from "../../static/js/format.js";

const pt = numberFormat("pt-BR");
const en = numberFormat("en");

test("numbers have the decimal mark of the language", () => {
  assert.equal(pt.number(0.4), "0,4");
  assert.equal(en.number(0.4), "0.4");
  assert.equal(pt.separators, ",.");
  assert.equal(en.separators, ".,");
});

test("very small and very large numbers are powers of ten", () => {
  assert.equal(pt.number(3.24e-11), "3,2·10⁻¹¹");
  assert.equal(en.number(1e-300), "10⁻³⁰⁰");
  assert.equal(en.number(-4.2e12), "−4.2·10¹²");
  assert.equal(en.number(5e-324), "4.9·10⁻³²⁴");
});

test("zero, nothing and infinity have their own signs", () => {
  assert.equal(en.number(0), "0");
  assert.equal(en.number(null), "—");
  assert.equal(en.number(Number.NaN), "—");
  assert.equal(en.number(Infinity), "∞");
  assert.equal(en.number(-Infinity), "−∞");
});

test("ordinary numbers are rounded to the digits asked for, large ones grouped", () => {
  assert.equal(en.number(0.16667, 3), "0.167");
  assert.equal(pt.number(12345), "12.345");
  assert.equal(en.number(-0.5), "−0.5");
  assert.equal(pt.integer(1000), "1.000");
});

test("powers of ten on an axis", () => {
  assert.equal(power(0), "1");
  assert.equal(power(1), "10");
  assert.equal(power(-12), "10⁻¹²");
  assert.equal(superscript(305), "³⁰⁵");
});

test("what a person types is read with either mark", () => {
  assert.equal(parseNumber("0,01"), 0.01);
  assert.equal(parseNumber(" 1e-3 "), 0.001);
  assert.equal(parseNumber("−2"), -2);
  assert.ok(Number.isNaN(parseNumber("")));
  assert.ok(Number.isNaN(parseNumber("ten")));
});

test("thousands are read as the language writes them", () => {
  const both = (text) => [pt, en].map(({ separators }) => parseNumber(text, separators));
  assert.deepEqual(both("1.000"), [1000, 1]);
  assert.deepEqual(both("1,000"), [1, 1000]);
  assert.deepEqual(both("-12.345,5"), [-12345.5, NaN]);
  assert.deepEqual(both("1,000,000.25"), [NaN, 1000000.25]);
  assert.deepEqual(both("0.001"), [0.001, 0.001]);
  assert.deepEqual(both("0,001"), [0.001, 0.001]);
  assert.deepEqual(both("1.0005"), [1.0005, 1.0005]);
});

test("a remaining time does not flicker", () => {
  assert.deepEqual(roundDuration(0.2), { unit: "seconds", value: 1 });
  assert.deepEqual(roundDuration(41), { unit: "seconds", value: 45 });
  assert.deepEqual(roundDuration(200), { unit: "minutes", value: 4 });
});
