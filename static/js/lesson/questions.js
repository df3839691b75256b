/** Questions: the style sheet shows the feedback; here it is read aloud, or kept until a training ends. */

/** @param {ParentNode} page */
export function connectQuestions(page) {
  const questions = [...page.querySelectorAll("[data-question]")].map((each) => /** @type {HTMLElement} */ (each));
  for (const question of questions) {
    if (question.dataset.after) question.classList.add("is-waiting");
    question.addEventListener("change", () => answered(question));
  }
  return {
    /** A figure has trained to its end: what it was asked before may be answered now. @param {string} figure */
    ended(figure) {
      for (const question of questions.filter(({ dataset }) => dataset.after === figure)) {
        question.classList.remove("is-waiting");
        if (question.querySelector("input:checked")) answered(question);
      }
    },
  };
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
