// Whether a run takes all threads. They meet after every few kernels: where other programs hold a processor, all of them wait for the one
// that does not run, and the calling thread alone is faster. The times of runs tell, as they do not depend on data.

/** Runs of a program that ends sooner are compared with one of the calling thread early on. */
const shortMilliseconds = 100;
const firstTrial = 8;
/** A run is slow that takes so many times as long as the fastest one. */
const slowRatio = 2;
/**
 * The calling thread must need at most this part of the time of slow runs: a processor whose speed changes from one second to the next gives all threads
 * slow runs too, and may be fast again in the runs of a trial.
 */
const aloneRatio = 0.75;
/** Runs of a trial, of which the faster one counts: one may wait for what another program does, or for caches. */
const trialRuns = 2;
/** Slow runs one after the other before the calling thread tries it alone; doubled, up to the most, where it is not faster. */
const fewestSlow = 3;
/** Runs of the calling thread alone before all threads try again; doubled, up to the most, where they are not faster. */
const fewestAlone = 4;
const most = 64;
/** Runs that are not slow, after which earlier trials of the calling thread are forgotten. */
const untilForgotten = 64;

/** Runs of the other kind that are left, and the time that one of them must stay below for the choice to change. */
interface Trial {
  readonly left: number;
  readonly limit: number;
}

/** Starts with all threads. */
export class ThreadChoice {
  #alone = false;
  #runs = 0;
  #fastest = Infinity;
  /** Times of runs one after the other: slow ones of all threads, or those of the calling one. */
  #latest: number[] = [];
  #slowWanted = fewestSlow;
  /** Since the latest trial. */
  #notSlow = 0;
  #aloneWanted = fewestAlone;
  #trial: Trial | undefined;

  /** Whether the next run is one of the calling thread alone. */
  get alone(): boolean {
    return this.#trial === undefined ? this.#alone : !this.#alone;
  }

  /** Takes note of the run that followed. */
  record(milliseconds: number): void {
    if (!this.alone) this.#fastest = Math.min(this.#fastest, milliseconds);
    this.#runs += 1;
    if (this.#trial === undefined) this.#settled(milliseconds);
    else this.#tried(this.#trial, milliseconds);
  }

  #settled(milliseconds: number): void {
    if (!this.#alone && milliseconds <= slowRatio * this.#fastest) {
      this.#latest = [];
      this.#notSlow += 1;
      if (this.#notSlow === untilForgotten) this.#slowWanted = fewestSlow;
      this.#aloneWanted = fewestAlone;
      if (this.#runs === firstTrial && this.#fastest < shortMilliseconds) this.#try(this.#fastest);
      return;
    }
    this.#latest.push(milliseconds);
    if (this.#latest.length < (this.#alone ? this.#aloneWanted : this.#slowWanted)) return;
    this.#try(Math.min(...this.#latest.slice(-trialRuns)) * (this.#alone ? 1 : aloneRatio));
    if (this.#alone) this.#aloneWanted = Math.min(2 * this.#aloneWanted, most);
    else this.#slowWanted = Math.min(2 * this.#slowWanted, most);
  }

  #try(limit: number): void {
    this.#trial = { left: trialRuns, limit };
  }

  #tried({ left, limit }: Trial, milliseconds: number): void {
    const isFaster = milliseconds < limit;
    if (!isFaster && left > 1) {
      this.#trial = { left: left - 1, limit };
      return;
    }
    this.#trial = undefined;
    this.#latest = [];
    this.#notSlow = 0;
    if (!isFaster) return;
    this.#alone = !this.#alone;
    this.#slowWanted = fewestSlow;
  }
}
