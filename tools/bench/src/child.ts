// The parent's side of the conversation with one child.

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { MARK, type Answer, type Command, type Job } from './job.ts';

/** Thrown when a child cannot do the work, does not answer, or ends; the message is the reason. */
export class ChildError extends Error {
  /** Whether the child said in good order that it cannot do this. */
  readonly unavailable: boolean;

  constructor(message: string, unavailable = false) {
    super(message);
    this.unavailable = unavailable;
  }
}

/** Lines of the engine's own output that an error message quotes. */
const quoted = 6;

export class Child {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #answers: Answer[] = [];
  readonly #output: string[] = [];
  #ended: string | undefined;
  #wake: (() => void) | undefined;

  /** @param command - the program and its arguments; the job is added. */
  constructor([program, ...args]: readonly string[], job: Job) {
    this.#process = spawn(program, [...args, JSON.stringify(job)], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process.on('error', (error) => this.#end(error.message));
    this.#process.on('exit', (code, signal) =>
      this.#end(`it ended with ${signal === null ? `exit code ${String(code)}` : signal}`),
    );
    this.#process.stdin.on('error', () => undefined);
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      if (line.startsWith(MARK)) this.#answers.push(JSON.parse(line.slice(MARK.length)) as Answer);
      else this.#output.push(line);
      this.#wake?.();
    });
    createInterface({ input: this.#process.stderr }).on('line', (line) => this.#output.push(line));
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    this.#wake?.();
  }

  /** Its next answer, which must be of that kind. */
  async receive<K extends Answer['kind']>(kind: K, timeoutSeconds: number): Promise<Extract<Answer, { kind: K }>> {
    const answer = await this.#next(timeoutSeconds);
    if (answer.kind === kind) return answer as Extract<Answer, { kind: K }>;
    if (answer.kind === 'unavailable') throw new ChildError(answer.reason, true);
    throw new ChildError(answer.kind === 'failed' ? answer.reason : `it answered ${answer.kind} in place of ${kind}`);
  }

  async ask<K extends Answer['kind']>(
    command: Command,
    kind: K,
    timeoutSeconds: number,
  ): Promise<Extract<Answer, { kind: K }>> {
    this.#process.stdin.write(`${command}\n`);
    return this.receive(kind, timeoutSeconds);
  }

  async #next(timeoutSeconds: number): Promise<Answer> {
    const deadline = Date.now() + timeoutSeconds * 1000;
    for (;;) {
      const answer = this.#answers.shift();
      if (answer !== undefined) return answer;
      if (this.#ended !== undefined)
        throw new ChildError([this.#ended, ...this.#output.slice(-quoted)].join('\n').trim());
      const left = deadline - Date.now();
      if (left <= 0) throw new ChildError(`no answer for ${String(timeoutSeconds)} seconds`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = (): void => {
          clearTimeout(timer);
          // Answers that were written before the end are read after it.
          setImmediate(resolve);
        };
      });
    }
  }

  /** Ends the process, if it has not ended, and waits for that. */
  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }
}
