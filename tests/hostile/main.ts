import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { answerTrial } from './answer-trials.ts';
import { SHAPES } from './answers/shapes.ts';
import { pemOf } from './certificates.ts';
import { chainTrial } from './chain-trials.ts';
import type { ChainCase, ShownChain } from './chains/chain-case.ts';
import { CHAINS } from './chains.ts';
import { askOpenSsl, openSslVersion } from './openssl.ts';
import { Runtime } from './runtime.ts';
import { SYSTEM_ROOT } from './system-root.ts';
import type { Trial, Verdict } from './trial.ts';

const { values: flags } = parseArgs({
  options: { only: { type: 'string' }, electron: { type: 'string' }, bounded: { type: 'boolean' } },
});
const folder = mkdtempSync(join(tmpdir(), 'pos-pairing-hostile-'));
const rootFile = join(folder, 'system-root.pem');
writeFileSync(rootFile, pemOf(SYSTEM_ROOT.der));
const t0 = performance.now();
const lap = (w: string) => console.log(w, Math.round(performance.now() - t0));
const runtimes = await Promise.all([
  Runtime.start('Node', process.execPath, rootFile),
  ...(flags.electron ? [Runtime.start('Electron', flags.electron, rootFile)] : []),
]);
lap(runtimes.map((r) => r.version).join(' / '));
const only = flags.only ? new RegExp(flags.only) : /./;
const made = new Map<ChainCase, ShownChain>();
const shownOf = (c: ChainCase) => () => {
  const s = made.get(c) ?? c.show();
  made.set(c, s);
  return s;
};
const all: Trial[] = [
  ...CHAINS.map((c) => chainTrial(c, shownOf(c))),
  ...SHAPES.flatMap((s, at) =>
    (flags.bounded ? [at % 2 ? ('https' as const) : ('wss' as const)] : (['https', 'wss'] as const)).map(
      (t) => answerTrial(s, t),
    ),
  ),
];
const trials = all.filter((t) => only.test(`${t.class} ${t.group}: ${t.name}`));
for (const t of trials) t.prepare();
lap('prepared');
async function pool<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>) {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
    }),
  );
}
const verdicts = new Map<Trial, Verdict[]>();
await pool(
  runtimes.flatMap((runtime, at) => trials.map((trial) => ({ runtime, trial, at }))),
  32,
  async ({ runtime, trial, at }) => {
    const cells = verdicts.get(trial) ?? [];
    verdicts.set(trial, cells);
    try {
      const stage = await trial.stage();
      const outcome = await runtime.pair(
        {
          host: '127.0.0.1',
          port: stage.port,
          transport: trial.transport,
          rootCaFiles: stage.rootCaFiles,
          addedDaysAgo: stage.addedDaysAgo ?? 0,
          timing: { connectMs: 15_000, ...stage.timing },
        },
        60_000,
      );
      cells[at] = trial.judge(outcome, stage.heard(), runtime.version.includes('Boring'));
      await stage.stop();
    } catch (thrown) {
      cells[at] = { word: 'failed', problems: [String(thrown instanceof Error ? thrown.stack : thrown)] };
    }
  },
);
lap('met');
for (const [t, cells] of verdicts) {
  cells.forEach((v, at) => {
    if (v.problems.length)
      console.log(
        `${t.class} ${t.group}: ${t.name} ${t.transport} [${runtimes[at]?.name}] ${v.problems.join('; ')}`,
      );
  });
}
console.log(await openSslVersion());
if (!flags.bounded)
  await pool(
    CHAINS.filter((c) => only.test(`chains ${c.group}: ${c.name}`)),
    4,
    async (c) => {
      const o = await askOpenSsl(shownOf(c)());
      const ours = c.expected === 'let-in';
      if (o.ok !== ours && !c.openSslDiffers)
        console.log(`OPENSSL ${c.group}: ${c.name}: ours ${c.expected}, openssl ${o.ok ? 'ok' : o.words}`);
      if (o.ok === ours && c.openSslDiffers) console.log(`OPENSSL agrees ${c.group}: ${c.name}`);
    },
  );
lap(`${trials.length} trials`);
console.log(runtimes.flatMap((r) => r.uncaught));
for (const r of runtimes) r.stop();
rmSync(folder, { recursive: true });
