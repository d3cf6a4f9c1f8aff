/** Compares the memory and the processor time of the app that is left alone with those of an empty window. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from '../build.ts';
import { ensureSystemPackages, enterDesktopSession } from '../desktop-session.ts';
import { ensureElectron } from '../electron-runtime/ensure.ts';
import { type Figure, report } from './document.ts';
import { inTurn, sampleOf } from './sample.ts';
import { APPS, cpuMsOf, familyOf, privateMibOf, startWindow } from './windows/start-window.ts';

const ROUNDS = 20;
/** A minute takes a minute, and a window that is left alone keeps no other waiting: so many of each at once. */
const AT_ONCE = 10;
/** Between the starts of two windows, so that none is measured while another one starts for long. */
const APART_MS = 1_000;
const SETTLE_MS = 10_000;
const MINUTE_MS = 60_000;
/** Of the processor time that the system tells. */
const TICK_MS = 10;
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
  const names = ['empty', 'app'] as const;
  const folders = Array.from({ length: AT_ONCE }, (_, index) =>
    names.map((name) => ({ name, path: join(root, `${name}-${index}`) })),
  ).flat();
  const open = ({ name, path }: (typeof folders)[number]) => startWindow(executable, APPS[name], path);
  for (const folder of folders) {
    if (folder.name === 'app') await fillDataFolder(folder.path, 1);
    // What Chromium does once for a new profile is not the app left alone.
    const window = await open(folder);
    await pause(SETTLE_MS);
    await window.close();
  }
  const memoryOf = (name: (typeof names)[number]) => async () => {
    const window = await startWindow(executable, APPS[name], join(root, `${name}-0`));
    await pause(SETTLE_MS);
    const mib = privateMibOf(familyOf(window.pid, allPids()));
    await window.close();
    return mib;
  };
  const memory = await inTurn(ROUNDS, { empty: memoryOf('empty'), app: memoryOf('app') });
  const cpu = {
    first: { empty: [] as number[], app: [] as number[] },
    third: { empty: [] as number[], app: [] as number[] },
  };
  while (cpu.first.app.length < ROUNDS) {
    await Promise.all(
      folders.map(async (folder, index) => {
        await pause(index * APART_MS);
        const window = await open(folder);
        await pause(SETTLE_MS);
        const family = familyOf(window.pid, allPids());
        const minute = async (): Promise<number> => {
          const before = cpuMsOf(family);
          await pause(MINUTE_MS);
          return cpuMsOf(family) - before;
        };
        cpu.first[folder.name].push(await minute());
        await minute();
        cpu.third[folder.name].push(await minute());
        await window.close();
      }),
    );
  }
  const [ours, empty] = [sampleOf(memory.app), sampleOf(memory.empty)];
  /** Below the tick of the clock both are nothing. */
  const minuteFigure = (name: string, what: string, { app, empty }: typeof cpu.first): Figure => {
    const [ourCpu, emptyCpu] = [sampleOf(app), sampleOf(empty)];
    return {
      name,
      what,
      unit: 'ms',
      ours: ourCpu,
      bare: { what: 'empty window', sample: emptyCpu },
      value: Math.max(ourCpu.median, TICK_MS) / Math.max(emptyCpu.median, TICK_MS),
      goal: { atMost: GOAL.cpu },
    };
  };
  report(
    'idle',
    'Left alone',
    `All processes of the app together, ${SETTLE_MS / 1000} s after its second start with one pairing or a later one, ${ROUNDS} times in turn with the empty window of the cold start; and the processor time of the first and of the third minute after that, ${ROUNDS} times as well, with ${AT_ONCE} windows of each at once.`,
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
      minuteFigure('idle/cpu', 'Processor time of the first minute', cpu.first),
      minuteFigure('idle/cpu-later', 'Processor time of the third minute', cpu.third),
    ],
    dirname(executable),
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.exit();
