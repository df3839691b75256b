/**
 * The shapes that travel between the server, the reducer and the figures. Types only: this module
 * exports nothing at run time and is never loaded. It is long because it is a dictionary: one place to
 * look a shape up, in the order catalogue, spec, run, frame, state, screen.
 *
 * @module types
 */

/** @typedef {"rnn"|"lstm"|"gru"} CellName */
/** @typedef {"h"|"c"} LaneName The state whose gradient is drawn: hidden or cell state. */
/** @typedef {"ready"|"queued"|"running"|"solved"|"finished"|"diverged"|"cancelled"|"failed"} RunState "ready" is the page's own: set up, not sent yet */
/** @typedef {number|string|boolean|null} OptionValue */

/**
 * One field of a spec, from which a control is built.
 * @typedef {object} Option
 * @property {string} name
 * @property {string} path dotted, such as "model.forget_bias"
 * @property {"number"|"integer"|"choice"|"boolean"} kind
 * @property {OptionValue} default
 * @property {number|null} low
 * @property {number|null} high
 * @property {number|null} step
 * @property {"linear"|"log"} scale
 * @property {boolean} nullable
 * @property {string[]|null} choices
 * @property {string|null} unit
 * @property {string} doc
 * @property {string|null} source
 */

/**
 * @typedef {object} TaskEntry
 * @property {string} name
 * @property {Option[]} options
 * @property {"mse"|"accuracy"} metric
 * @property {number} threshold
 * @property {boolean} higher_is_better
 * @property {"last"|"every"} readout
 * @property {"mse"|"cross_entropy"} loss
 * @property {string} source
 * @property {number} baseline
 */

/** @typedef {{name: CellName, options: Option[]}} CellEntry */

/**
 * Medians and shares over the seeds of one run of a preset; retention is a log10.
 * @typedef {object} VerifiedRow
 * @property {number} solved
 * @property {number} diverged
 * @property {number|null} steps
 * @property {number|null} metric
 * @property {number|null} retention_h_before
 * @property {number|null} retention_h_after
 * @property {number|null} retention_c_before
 * @property {number|null} retention_c_after
 * @property {number|null} grad_peak
 * @property {number|null} recurrent_grad_before
 * @property {number|null} readout_grad_before
 * @property {number|null} zeros_before
 */

/** @typedef {{seeds: number, runs: Record<string, VerifiedRow>}} VerifiedEntry */

/**
 * @typedef {object} PresetEntry
 * @property {string} id
 * @property {ExperimentSpec} experiment
 * @property {string[]} prediction_options
 * @property {string} answer
 * @property {string} [topic] under which the preset is listed
 * @property {string[]} [controls] paths of the options in sight
 * @property {string[]} [keys] short names of its runs, in order
 * @property {VerifiedEntry|null} [verified] what its runs over many seeds found
 */

/**
 * @typedef {object} Catalogue
 * @property {string} engine_version
 * @property {TaskEntry[]} tasks
 * @property {CellEntry[]} cells
 * @property {Option[]} training
 * @property {Option[]} run
 * @property {PresetEntry[]} presets
 * @property {Record<string, number>} limits
 */

/** @typedef {Record<string, OptionValue>} Section */

/**
 * A complete spec of one run.
 * @typedef {object} RunSpec
 * @property {Section} task
 * @property {Section} model
 * @property {Section} training
 * @property {OptionValue} dtype
 * @property {OptionValue} seed
 * @property {OptionValue} frame_every
 */

/** @typedef {{task?: Section, model?: Section, training?: Section, dtype?: OptionValue, seed?: OptionValue, frame_every?: OptionValue}} PartialSpec */
/** @typedef {{base?: PartialSpec, vary?: Record<string, Array<OptionValue|Section>>, runs?: PartialSpec[]}} ExperimentSpec */

/**
 * @typedef {object} Run
 * @property {string} id
 * @property {RunSpec} spec
 * @property {string} label
 * @property {RunState} state
 * @property {number|null} position place in the queue, 1 is next
 * @property {number} step
 * @property {number} steps
 * @property {number} seq
 * @property {number} attempts
 * @property {{code: string, message: string}|null} error
 * @property {number} baseline
 * @property {number} threshold
 * @property {string} metric_name
 * @property {boolean} higher_is_better
 * @property {string|null} created_at
 * @property {string|null} started_at
 * @property {string|null} finished_at
 * @property {number|null} seconds
 */

/**
 * @typedef {object} Experiment
 * @property {string} id
 * @property {ExperimentSpec} spec
 * @property {"queued"|"running"|"done"|"cancelled"} state
 * @property {number} holders how many pages and programs would miss it
 * @property {Run[]} runs
 */

/** @typedef {Array<number|null>} Series one number per timestep; null is NaN or infinity */
/** @typedef {{mean: Series, p10: Series, p90: Series}} GateBand */
/** @typedef {{dtype: string, shape: string, bdata: string, low: number, high: number}} TypedArrayJson */
/** An array over time, read back. @typedef {{rows: number, columns: number, low: number, high: number, at: (row: number, column: number) => number}} Decoded */
/** @typedef {{inputs: Decoded, units: Record<string, Decoded>}} ReadProbe */
/** @typedef {{inputs: TypedArrayJson, units: Record<string, TypedArrayJson>}} Probe */

/**
 * @typedef {object} Frame
 * @property {string} run
 * @property {number} seq
 * @property {number} step
 * @property {"running"|"solved"|"finished"|"diverged"} state
 * @property {number|null} loss
 * @property {number|null} metric
 * @property {number|null} grad_norm
 * @property {boolean} clipped
 * @property {Series} grad_h
 * @property {Series|null} grad_c
 * @property {Series|null} direct
 * @property {number|null} retention_h
 * @property {number|null} retention_c
 * @property {number|null} long_range_share
 * @property {number|null} half_life
 * @property {Series|null} bound
 * @property {Record<string, Record<string, number|null>>} saturation
 * @property {Record<string, GateBand>} gates
 * @property {string[]} nonfinite
 * @property {Probe|null} probe
 * @property {Transport|null} [transport] in the answer to a probe
 */

/**
 * Singular values of ∂s_T/∂s_t at some timesteps.
 * @typedef {object} Transport
 * @property {number[]} timesteps from 1, ascending, ending with T
 * @property {Series} largest
 * @property {Series} rms
 */

/** @typedef {{path: string, message: string, limit?: unknown, code?: string}} FieldProblem */
/** @typedef {{status: number, code: string, detail: string, errors: FieldProblem[]}} Problem */

/**
 * What the reader has set up: a preset and the complete specs that follow from it and the changes.
 * @typedef {{preset: string, runs: RunSpec[]}} Setup
 */

/** @typedef {"connecting"|"open"|"retrying"|"draining"|"ended"|"gone"} StreamPhase */
/** @typedef {{phase: StreamPhase, attempt: number, retryInMs: number}} Connection */

/** @typedef {{low: number, high: number}} Extent powers of ten that the figures must reach */

/**
 * Everything the stream has told us.
 * @typedef {object} LabState
 * @property {Experiment|null} experiment
 * @property {Record<string, Run>} runs
 * @property {string[]} order run ids as the experiment lists them
 * @property {Record<string, Frame[]>} logs frames by run, in order of seq
 * @property {{absolute: Extent, relative: Extent}} extent
 * @property {Connection|null} connection
 * @property {Problem|null} problem why the last request was refused
 * @property {boolean} submitting
 * @property {boolean} left this page has stopped what goes on for others
 */

/**
 * @typedef {{type: "submitting"}
 *   | {type: "refused", problem: Problem}
 *   | {type: "experiment", experiment: Experiment}
 *   | {type: "state", run: string, change: Partial<Run>}
 *   | {type: "frames", frames: Frame[]}
 *   | {type: "connection", connection: Connection}
 *   | {type: "left"}
 *   | {type: "reset"}
 *   | {type: "close"}} LabEvent
 */

/** How a run is drawn in every figure.
 * @typedef {object} RunStyle
 * @property {string} colour
 * @property {number} variant 0 for the first run of its cell, 1 for the second...
 * @property {string} label
 * @property {number} [pin] number of the pinned experiment that it belongs to
 */

/** A pinned experiment at the training step on screen.
 * @typedef {{state: LabState, view: View, lanes: Lane[]}} Pinned
 */

/** A run as it is on screen.
 * @typedef {object} ShownRun
 * @property {Run} run
 * @property {CellName} cell
 * @property {RunStyle} style
 * @property {Frame|null} frame newest frame at or before the step of the view
 * @property {Frame|null} probed newest frame at or before it that carries single units
 * @property {number} length its own timesteps: a shorter sequence ends at the same last step
 * @property {boolean} behind it started late and has not reached that step yet
 * @property {boolean} ended the view has reached the run's last frame
 */

/** What is on screen: all models at one training step.
 * @typedef {object} View
 * @property {number} step
 * @property {number} edge newest step that may be shown
 * @property {number} budget training steps at most
 * @property {number} length timesteps T of the longest sequence, which all figures have as their axis
 * @property {ShownRun[]} runs
 */

/** One drawn line of gradient: a run's hidden or cell state.
 * @typedef {object} Lane
 * @property {string} key
 * @property {ShownRun} shown
 * @property {LaneName} lane
 * @property {string} label
 * @property {string} colour
 * @property {string} dash
 * @property {string} symbol
 * @property {number} width
 */

/** @typedef {"live"|"paused"|"playing"} ClockMode */
/** @typedef {{mode: ClockMode, step: number, speed: number}} Clock the training-step clock */

/** What the figures draw from.
 * @typedef {object} Scene
 * @property {LabState} state
 * @property {View} view
 * @property {Lane[]} lanes
 * @property {Pinned[]} pinned other experiments, drawn behind
 * @property {Lane[]} nightLanes the same in the colours of the night panel
 * @property {number} end training step at which the axes of training end
 * @property {Clock} clock
 * @property {number|null} timestep under the cursor
 * @property {Scale} scale
 * @property {boolean} theory
 * @property {{version: number, byRun: Record<string, Transport|null>}} transports known while the
 *   profile shows them
 * @property {Tried|null} tried what "What if?" shows
 * @property {number} gates index of the run whose gates are shown
 * @property {number} cell index of the run whose cell is opened
 * @property {boolean} units gates unit by unit, else as bands
 * @property {number} unit the one looked at, from 1
 * @property {string} shown changes when any run's frame on screen changes
 * @property {Surroundings} surroundings
 */

/** Networks measured without training.
 * @typedef {object} Tried
 * @property {number} version changes with every measurement
 * @property {boolean} trained with the weights of a step that was trained, else with the first ones
 * @property {View} view
 * @property {Lane[]} lanes
 * @property {number} high power of ten that the axis must reach
 */

/** What the figures look like here and now.
 * @typedef {object} Surroundings
 * @property {string} version changes with theme and size
 * @property {Palette} palette
 * @property {Palette} night
 * @property {string} font
 * @property {number} text size of the text in figures, in pixels
 * @property {number} stroke factor on the width of lines
 * @property {{left: number, right: number}} margins of the time axis, in pixels
 * @property {Language} language
 * @property {boolean} still reduced motion
 */

/** Colours read from the tokens, as rgb() text.
 * @typedef {Record<string, string>} Palette
 */

/** @typedef {"relative"|"absolute"|"jacobian"} Scale what the profile shows: gradients, or transport without a loss */

/** Words and numbers in the reader's language.
 * @typedef {object} Language
 * @property {string} lang
 * @property {string} separators decimal and thousands mark, as Plotly wants them
 * @property {(key: string, values?: Record<string, string|number>) => string} t
 * @property {(key: string) => boolean} has
 * @property {(value: number|null, digits?: number) => string} number
 * @property {(exponent: number) => string} power
 * @property {(value: number) => string} integer
 * @property {(seconds: number) => string} duration
 */

export {};
