// Colours against the surfaces they stand on: WCAG contrast, computed from tokens.css itself.

import assert from "node:assert/strict";
import { test } from "node:test";
import { staticText } from "./fixtures.js";
import { CELLS, GATES } from "../../static/js/visual.js";
import { OVERFLOW_COLOUR, rampColour, ZERO_COLOUR } from "../../static/js/charts/ramp.js";

const css = staticText("css/tokens.css");

function token(name) {
  const [, value] = new RegExp(`--${name}:\\s*([^;]+);`).exec(css) ?? assert.fail(`no token --${name}`);
  const pair = /^light-dark\((#\w{6}),\s*(#\w{6})\)$/.exec(value);
  return pair ? { light: pair[1], dark: pair[2] } : { light: value, dark: value };
}

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const lines = [...Object.values(CELLS), ...Object.values(GATES)].map(({ token: name }) => name);

for (const theme of ["light", "dark"]) {
  test(`models and gates have at least 3:1 on every ${theme} surface`, () => {
    for (const name of lines) {
      for (const surface of ["surface", "surface-soft"]) {
        const ratio = contrast(token(name)[theme], token(surface)[theme]);
        assert.ok(ratio >= 3, `${name} on ${surface}: ${ratio.toFixed(2)}`);
      }
    }
  });

  test(`text has at least 4.5:1 on every ${theme} surface`, () => {
    for (const name of ["ink", "ink-soft", "success", "danger", "training-clock"]) {
      for (const surface of ["surface", "surface-soft"]) {
        const ratio = contrast(token(name)[theme], token(surface)[theme]);
        assert.ok(ratio >= 4.5, `${name} on ${surface}: ${ratio.toFixed(2)}`);
      }
    }
  });
}

test("the night panel is legible", () => {
  for (const ground of ["night-top", "night-bottom"]) {
    for (const name of lines) assert.ok(contrast(token(name).dark, token(ground).dark) >= 3, name);
    for (const name of ["night-ink", "night-ink-soft"]) assert.ok(contrast(token(name).dark, token(ground).dark) >= 4.5, name);
  }
});

test("the ends of the heat map's scale are the tokens of its key", () => {
  const hex = (rgb) => `#${rgb.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
  assert.equal(token("heat-zero").light, hex(ZERO_COLOUR));
  assert.equal(token("heat-overflow").light, hex(OVERFLOW_COLOUR));
});

test("the colour scale gets lighter all the way from gone to alive", () => {
  const light = Array.from({ length: 101 }, (_, at) => rampColour(-10 + at / 10)).map(([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b);
  for (let at = 1; at < light.length; at += 1) assert.ok(light[at] >= light[at - 1], `at ${at}`);
});

test("no style sheet but tokens.css names a colour", () => {
  for (const name of ["base", "setup", "tracks", "highway", "clocks", "plotly"]) {
    const found = staticText(`css/${name}.css`).match(/#[0-9a-f]{3,8}\b(?=[;,) ])/gi) ?? [];
    assert.deepEqual(found.filter((colour) => colour !== "#fff"), [], name);
  }
});
