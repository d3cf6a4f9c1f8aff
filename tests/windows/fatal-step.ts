import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** What changes a disk, one step each. */
const STEPS = [
  'openSync',
  'writeSync',
  'writeFileSync',
  'fsyncSync',
  'closeSync',
  'chmodSync',
  'renameSync',
  'unlinkSync',
  'rmSync',
  'mkdirSync',
] as const;

let left = Number.POSITIVE_INFINITY;

/** The process ends as in a crash before the step after `steps` more; a write has written one half by then. */
export const crashAfter = (steps: number): void => {
  left = steps;
};

const crash = (): never => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('still alive');
};

for (const name of STEPS) {
  const original: (...args: never[]) => unknown = fs[name];
  const step = (...args: unknown[]): unknown => {
    left -= 1;
    if (left < 0) {
      const [target, data] = args;
      if (name === 'writeSync' || name === 'writeFileSync')
        Reflect.apply(original, fs, [target, String(data).slice(0, String(data).length / 2)]);
      crash();
    }
    return Reflect.apply(original, fs, args);
  };
  Object.defineProperty(fs, name, { value: step, configurable: true, writable: true });
}
// For those who import them by name.
syncBuiltinESMExports();
