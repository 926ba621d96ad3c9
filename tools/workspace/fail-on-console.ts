// A test that writes to the console fails, unless it replaced the method itself (`vi.spyOn(console, ...)`).
import { afterEach, beforeEach } from 'vitest';

const methods = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const;
const calls: string[] = [];
const originals = new Map(methods.map((method) => [method, console[method]]));

beforeEach(() => {
  calls.length = 0;
  for (const method of methods) {
    console[method] = (...args: unknown[]) => {
      calls.push(`console.${method}(${args.map(String).join(', ')})`);
    };
  }
});

afterEach(() => {
  for (const [method, original] of originals) console[method] = original;
  if (calls.length > 0) throw new Error(`The test wrote to the console:\n${calls.join('\n')}`);
});
