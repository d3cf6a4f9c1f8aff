/** Compares the memory and the processor time of the app that is left alone with those of an empty window. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../build.ts';
import { ensureSystemPackages, enterDesktopSession } from '../desktop-session.ts';
import { ensureElectron } from '../electron-runtime/ensure.ts';
import { report } from './document.ts';
import { inTurn, sampleOf } from './sample.ts';
import { APPS, cpuMsOf, familyOf, privateMibOf, startWindow } from './windows/start-window.ts';

/** The processor time is that of a minute, so there are few of those. */
const ROUNDS = 20;
const MINUTES = 3;
const SETTLE_MS = 10_000;
const MINUTE_MS = 60_000;
const GOAL = { memory: 1.15, cpu: 1.05 };

if (process.platform !== 'linux') throw new Error('This benchmark reads /proc: it needs Linux.');
ensureSystemPackages();
const { executable } = await ensureElectron();
ensureSystemPackages(executable);
enterDesktopSession();
const { fillDataFolder } = await import('./data-folders.ts');
build();

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const allPids = () => readdirSync('/proc').map(Number).filter(Number.isInteger);
const root = mkdtempSync(join(tmpdir(), 'pos-pairing-bench-'));
try {
  const folders = { empty: join(root, 'empty'), app: join(root, 'app') };
  await fillDataFolder(folders.app, 1);
  // What Chromium does once for a new profile is not the app left alone.
  for (const name of ['empty', 'app'] as const) {
    const window = await startWindow(executable, APPS[name], folders[name]);
    await pause(SETTLE_MS);
    await window.close();
  }
  const cpu: Record<keyof typeof folders, number[]> = { empty: [], app: [] };
  let minutesLeft = MINUTES * 2;
  const measure = (name: keyof typeof folders) => async () => {
    const window = await startWindow(executable, APPS[name], folders[name]);
    await pause(SETTLE_MS);
    const family = familyOf(window.pid, allPids());
    const mib = privateMibOf(family);
    if (minutesLeft > 0) {
      minutesLeft -= 1;
      const before = cpuMsOf(family);
      await pause(MINUTE_MS);
      cpu[name].push(cpuMsOf(family) - before);
    }
    await window.close();
    return mib;
  };
  const memory = await inTurn(ROUNDS, { empty: measure('empty'), app: measure('app') });
  const [ours, empty] = [sampleOf(memory.app), sampleOf(memory.empty)];
  const [ourCpu, emptyCpu] = [sampleOf(cpu.app), sampleOf(cpu.empty)];
  report(
    'idle',
    'Left alone',
    `All processes of the app together, ${SETTLE_MS / 1000} s after its second start with one pairing or a later one, ${ROUNDS} times in turn with the empty window of the cold start; and the processor time of the minute after that, ${MINUTES} times.`,
    [
      {
        name: 'idle/memory',
        what: 'Private memory',
        unit: 'MiB',
        ours,
        bare: { what: 'empty window', sample: empty },
        value: ours.median / empty.median,
        goal: { atMost: GOAL.memory },
      },
      {
        name: 'idle/cpu',
        what: 'Processor time of a minute',
        unit: 'ms',
        ours: ourCpu,
        bare: { what: 'empty window', sample: emptyCpu },
        // Below the tick of the clock both are nothing.
        value: Math.max(ourCpu.median, 10) / Math.max(emptyCpu.median, 10),
        goal: { atMost: GOAL.cpu },
      },
    ],
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.exit();
