// A small catalogue, runs and frames in the shapes of the wire.

import { readFileSync } from "node:fs";
import { createLanguage } from "../../static/js/i18n.js";

const ROOT = new URL("../../static/", import.meta.url);

export const messages = (lang) => JSON.parse(readFileSync(new URL(`i18n/${lang}.json`, ROOT), "utf8"));
export const language = (lang = "en") => createLanguage(lang, messages(lang));
export const staticText = (path) => readFileSync(new URL(path, ROOT), "utf8");

const option = (path, kind, value, more = {}) => ({
  name: path.split(".").at(-1),
  path,
  kind,
  default: value,
  low: null,
  high: null,
  step: null,
  scale: "linear",
  nullable: false,
  choices: null,
  unit: null,
  doc: "",
  source: null,
  ...more,
});

const hidden = option("model.hidden_size", "integer", 32, { low: 1, high: 256, scale: "log" });
const init = option("model.init", "choice", "keras", { choices: ["keras", "pytorch"] });

export const catalogue = {
  engine_version: "1",
  tasks: [
    {
      name: "adding",
      options: [option("task.length", "integer", 50, { low: 2, high: 1000, scale: "log" })],
      metric: "mse",
      threshold: 0.01,
      higher_is_better: false,
      readout: "last",
      loss: "mse",
      source: "",
      baseline: 1 / 6,
    },
    {
      name: "recall",
      options: [
        option("task.length", "integer", 50, { low: 2, high: 100, scale: "log" }),
        option("task.noise", "number", 0.1, { low: 0, high: 2, step: 0.05 }),
      ],
      metric: "accuracy",
      threshold: 0.99,
      higher_is_better: true,
      readout: "last",
      loss: "cross_entropy",
      source: "",
      baseline: Math.log(4),
    },
  ],
  cells: [
    { name: "rnn", options: [hidden, init, option("model.spectral_radius", "number", null, { low: 0, high: 5, nullable: true })] },
    {
      name: "lstm",
      options: [hidden, init, option("model.forget_bias", "number", 1, { low: -5, high: 10, step: 0.1 }), option("model.coupled", "boolean", false)],
    },
    { name: "gru", options: [hidden, init] },
  ],
  training: [
    option("training.learning_rate", "number", 0.01, { low: 1e-5, high: 1, scale: "log" }),
    option("training.steps", "integer", 1000, { low: 1, high: 20000, scale: "log" }),
    option("training.clip_norm", "number", 1, { low: 1e-3, high: 1000, scale: "log", nullable: true }),
  ],
  run: [
    option("dtype", "choice", "float64", { choices: ["float64", "float32"] }),
    option("seed", "integer", 0, { low: 0, high: 2 ** 31 - 1 }),
    option("frame_every", "integer", 10, { low: 1, high: 1000, scale: "log" }),
  ],
  presets: [
    {
      id: "classic",
      experiment: {
        base: { task: { name: "adding", length: 50 } },
        vary: { model: [{ cell: "rnn", init: "pytorch" }, { cell: "lstm" }, { cell: "gru" }] },
      },
      prediction_options: ["all", "gated"],
      answer: "gated",
    },
    {
      id: "bias",
      experiment: { base: { model: { cell: "lstm" } }, vary: { "model.forget_bias": [0, 1, 3], seed: [0, 1] } },
      prediction_options: ["all"],
      answer: "all",
    },
  ],
  limits: { max_runs_per_experiment: 12 },
};

export function run(id, cell, more = {}) {
  const { spec, ...rest } = more;
  return {
    id,
    spec: {
      task: { name: "adding", length: 4 },
      model: { cell, hidden_size: 2 },
      training: { steps: 100 },
      dtype: "float64",
      seed: 0,
      frame_every: 10,
      ...spec,
    },
    label: cell,
    state: "running",
    position: null,
    step: 0,
    steps: 100,
    seq: -1,
    attempts: 1,
    error: null,
    baseline: 1 / 6,
    threshold: 0.01,
    metric_name: "mse",
    higher_is_better: false,
    created_at: null,
    started_at: null,
    finished_at: null,
    seconds: null,
    ...rest,
  };
}

export function frame(id, seq, more = {}) {
  return {
    run: id,
    seq,
    step: seq * 10,
    state: "running",
    loss: 0.2,
    metric: 0.2,
    grad_norm: 1,
    clipped: false,
    grad_h: [1e-6, 1e-4, 1e-2, 1],
    grad_c: null,
    direct: null,
    retention_h: -6,
    retention_c: null,
    long_range_share: null,
    half_life: null,
    bound: null,
    saturation: {},
    gates: {},
    nonfinite: [],
    probe: null,
    ...more,
  };
}

export const band = (length, value) => ({
  mean: Array(length).fill(value),
  p10: Array(length).fill(value / 2),
  p90: Array(length).fill((1 + value) / 2),
});

export const lstmFrame = (id, seq, more = {}) =>
  frame(id, seq, {
    grad_c: [0.4, 0.5, 0.7, 1],
    direct: [0.1, 0.2, 0.5, 1],
    gates: { input_gate: band(4, 0.5), forget_gate: band(4, 0.9), candidate: band(4, 0), output_gate: band(4, 0.5) },
    ...more,
  });

export const PALETTE = new Proxy({}, { get: () => "rgb(10, 20, 30)" });

export const context = (lang = "en") => ({ palette: PALETTE, language: language(lang), font: "sans-serif", text: 12, left: 60, right: 16, width: 800 });

export const experiment = (runs) => ({ id: "e1", spec: {}, state: "running", runs });
