/** One question at a time, and of those that came meanwhile only the latest: a slider outruns any server. */

/**
 * @template Question
 * @param {(question: Question) => Promise<void>} answer
 * @param {(error: unknown) => void} onFailed
 */
export function createLatest(answer, onFailed) {
  let busy = false;
  /** @type {{question: Question}|null} */
  let next = null;
  return {
    /** @param {Question} question */
    async ask(question) {
      next = { question };
      if (busy) return;
      busy = true;
      while (next) {
        const { question: now } = next;
        next = null;
        try {
          await answer(now);
        } catch (error) {
          onFailed(error);
        }
      }
      busy = false;
    },
  };
}
