/**
 * Questions: the style sheet shows the feedback; here it is read aloud, or kept until a training ends.
 * Results wait for the prediction.
 */

/** @param {ParentNode} page */
export function connectQuestions(page) {
  const questions = [...page.querySelectorAll("[data-question]")].map((each) => /** @type {HTMLElement} */ (each));
  for (const question of questions) {
    if (question.dataset.after) question.classList.add("is-waiting");
    question.addEventListener("change", () => {
      answered(question);
      reveal(question.dataset.after);
    });
  }
  const results = [...page.querySelectorAll("[data-result]")].map((each) => /** @type {HTMLElement} */ (each));
  const reveal = (/** @type {string|undefined} */ figure) => {
    for (const result of results) if (result.dataset.result === figure) result.classList.remove("is-waiting");
  };
  for (const result of results) result.classList.add("is-waiting");
  const about = (/** @type {string} */ figure) => questions.filter(({ dataset }) => dataset.after === figure);
  return {
    /** A prediction that was made stands while its figure trains. @param {string} figure */
    started(figure) {
      for (const question of about(figure)) lock(question, question.querySelector("input:checked") !== null);
    },
    /** The figure was stopped, or refused: the prediction still waits, and may be another one. @param {string} figure */
    stopped(figure) {
      for (const question of about(figure)) lock(question, false);
    },
    /** A figure has trained to its end: what it was asked before may be answered now. @param {string} figure */
    ended(figure) {
      reveal(figure);
      for (const question of about(figure)) {
        lock(question, false);
        question.classList.remove("is-waiting");
        if (question.querySelector("input:checked")) answered(question);
      }
    },
  };
}

/** @param {HTMLElement} question @param {boolean} locked */
function lock(question, locked) {
  for (const input of question.querySelectorAll("input")) input.disabled = locked;
}

/** @param {HTMLElement} question */
function answered(question) {
  const locked = question.querySelector("[data-locked]");
  const waiting = question.classList.contains("is-waiting");
  if (locked instanceof HTMLElement) locked.hidden = !waiting;
  const said = question.querySelector("[data-said]");
  const feedback = question.querySelector("input:checked ~ .feedback");
  if (said) said.textContent = waiting ? "" : (feedback?.textContent ?? "");
}
