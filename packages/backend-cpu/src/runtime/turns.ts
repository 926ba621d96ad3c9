/** Jobs one after the other. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `job` when all jobs before it have ended. */
  exclusive<T>(job: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(job, job);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
