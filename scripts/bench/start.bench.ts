/** Times the start of the app until its first screen can be used, against a window with nothing but a button. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from '../build.ts';
import { ensureSystemPackages, enterDesktopSession } from '../desktop-session.ts';
import { ensureElectron } from '../electron-runtime/ensure.ts';
import { type Figure, report } from './document.ts';
import { inTurn, sampleOf } from './sample.ts';
import { APPS, startWindow } from './windows/start-window.ts';

const ROUNDS = 20;
/** Chromium writes its caches of compiled code some time after a start, and uses them from the next one on. */
const WARM_UP = 3;
const SETTLE_MS = 2_500;
const GOAL = { few: 1.25, many: 1.4 };
const MANY = 1_000;

ensureSystemPackages();
const { executable } = await ensureElectron();
ensureSystemPackages(executable);
enterDesktopSession();
// In the session alone, not before it.
const { fillDataFolder } = await import('./data-folders.ts');
build();
const root = mkdtempSync(join(tmpdir(), 'pos-pairing-bench-'));
try {
  const folders = {
    empty: join(root, 'empty'),
    first: join(root, 'first'),
    few: join(root, 'few'),
    many: join(root, 'many'),
  };
  await fillDataFolder(folders.few, 1);
  await fillDataFolder(folders.many, MANY);
  const start = (name: keyof typeof folders, settleMs: number) => async () => {
    const window = await startWindow(executable, name === 'empty' ? APPS.empty : APPS.app, folders[name]);
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    await window.close();
    return window.usableMs;
  };
  const things = (settleMs: number) => ({
    empty: start('empty', settleMs),
    few: start('few', settleMs),
    many: start('many', settleMs),
    first: start('first', settleMs),
  });
  await inTurn(WARM_UP, things(SETTLE_MS));
  const times = await inTurn(ROUNDS, things(100));
  const empty = sampleOf(times.empty);
  const figure = (name: 'few' | 'many' | 'first', what: string, atMost: number): Figure => {
    const ours = sampleOf(times[name]);
    return {
      name: `start/${name}`,
      what,
      unit: 'ms',
      ours,
      bare: { what: 'empty window', sample: empty },
      value: ours.median / empty.median,
      goal: { atMost },
    };
  };
  report(
    'start',
    'Cold start',
    `From the start of the process until the window is shown and its first button painted, ${ROUNDS} times in turn with an Electron app that has nothing but such a window with one button, made the usual way (\`scripts/bench/windows/empty\`). Both have been started before, so Chromium has their compiled code. That window has a process for the network and draws by Chromium’s ways to a graphics processor, also where there is none, as is usual; the app does without (\`electron/adapters/lean-chromium.ts\`).`,
    [
      figure('few', 'Start with one pairing', GOAL.few),
      figure('many', `Start with ${MANY.toLocaleString('en')} pairings`, GOAL.many),
      figure('first', 'Start with nothing set up', GOAL.few),
    ],
    dirname(executable),
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.exit();
