import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue, language } from "./fixtures.js";
import { setCells, setOption, setupOf } from "../../static/js/experiment.js";
import { setupTitle } from "../../static/js/setup-title.js";

const [en, pt] = [language("en"), language("pt-BR")];
const classic = setupOf(catalogue, "classic");

test("a preset as it stands has its own title", () => {
  assert.equal(setupTitle(classic, "The contrast", catalogue, en), "The contrast");
});

test("what was changed by hand is told, in the reader's words and numbers", () => {
  const rate = setOption(setOption(classic, catalogue, "training.learning_rate", 0.002), catalogue, "model.forget_bias", 2.5, 1);
  assert.equal(setupTitle(rate, "O contraste", catalogue, pt), "O contraste, com mudanças: Taxa de aprendizado: 0,002, Viés de esquecimento b_f: 2,5");
  const free = setOption(setOption(classic, catalogue, "training.clip_norm", null), catalogue, "model.coupled", true);
  assert.equal(setupTitle(free, "O contraste", catalogue, pt), "O contraste, com mudanças: Limitar a norma: desligado, Acoplar i = 1 − f: sim");
  const cells = setCells(classic, catalogue, ["gru", "lstm"]);
  assert.match(setupTitle(cells, "The contrast", catalogue, en), /^The contrast, changed: GRU, LSTM/);
});

test("many changes are counted", () => {
  const paths = { "task.length": 7, "training.steps": 9, "training.learning_rate": 0.5, seed: 3 };
  const far = Object.entries(paths).reduce((setup, [path, value]) => setOption(setup, catalogue, path, value), classic);
  assert.equal(setupTitle(far, "The contrast", catalogue, en), "The contrast, changed: 4 settings");
});
