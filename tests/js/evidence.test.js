import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { evidence } from "../../static/js/evidence.js";
import { createLanguage } from "../../static/js/i18n.js";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const table = read("../../app/studies/verified_presets.json");
const row = {
  solved: 0.9,
  diverged: 0,
  steps: 574.5,
  metric: 0.01,
  retention_h_before: -22,
  retention_h_after: -0.9,
  retention_c_before: null,
  retention_c_after: null,
  grad_peak: 4.5e11,
  recurrent_grad_before: 3500,
  readout_grad_before: 6,
  zeros_before: 0,
};

test("rates, steps and ratios are written in the reader's language", () => {
  const language = createLanguage("pt-BR", { "verified.rate": "{n} de {seeds}" });
  const values = evidence({ seeds: 10, runs: { lstm: row } }, language);
  assert.equal(values.lstm_solved, "9 de 10");
  assert.equal(values.lstm_h_before, "10⁻²²");
  assert.equal(values.lstm_h_after, "0,13");
  assert.equal(values.lstm_c_before, "—");
  assert.equal(values.lstm_peak, "4,5·10¹¹");
  assert.equal(values.lstm_recurrent, "3.500");
  assert.equal(values.lstm_readout, "6");
});

test("without a table there is nothing to fill in", () => {
  assert.deepEqual(evidence(null, createLanguage("en", {})), {});
});

for (const lang of ["pt-BR", "en"]) {
  test(`no placeholder is left in the words of a verified preset (${lang})`, () => {
    const messages = read(`../../static/i18n/${lang}.json`);
    const language = createLanguage(lang, messages);
    for (const [id, entry] of Object.entries(table.presets)) {
      const words = language.t(`preset.${id}.notice`, evidence(entry, language));
      assert.doesNotMatch(words, /[{}]/, id);
    }
  });
}
