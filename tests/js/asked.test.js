import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue } from "./fixtures.js";
import { askedOf, comparedWith } from "../../static/js/asked.js";
import { setOption, setupOf } from "../../static/js/experiment.js";

const classic = setupOf(catalogue, "classic");
const seeded = setOption(classic, catalogue, "seed", 7);
const longer = setOption(classic, catalogue, "task.length", 60);
const standing = ({ unchanged, answered, asPreset }) => ({ unchanged, answered, asPreset });

test("another seed is another set-up and the same question; another length is another question", () => {
  const asked = askedOf(classic, "gated", catalogue, classic);
  assert.deepEqual(standing(asked), { unchanged: true, answered: true, asPreset: true });
  assert.deepEqual(standing(comparedWith(asked, seeded)), { unchanged: false, answered: true, asPreset: true });
  assert.deepEqual(standing(comparedWith(asked, longer)), { unchanged: false, answered: false, asPreset: true });
  assert.deepEqual(standing(comparedWith(comparedWith(asked, longer), classic)), standing(asked), "changed back");
});

test("what was changed before it ran is not the question of its preset", () => {
  const asked = askedOf(longer, "gated", catalogue, longer);
  assert.deepEqual(standing(asked), { unchanged: true, answered: true, asPreset: false });
  assert.equal(asked.guess, "gated");
});
