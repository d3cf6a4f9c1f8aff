import { afterEach, expect, it } from 'vitest';
import { PATIENT_TIMING } from '../hostile/job.ts';
import { pairOnce } from '../hostile/pair-once.ts';
import type { Stage } from '../hostile/trial.ts';
import { STRIKES, type Strike } from '../hostile/wire/strikes.ts';
import { strikeTrial } from '../hostile/wire-trials.ts';

// What `npm run test:hostile` has found; all of its faults, in both runtimes, are met there.
let stages: Stage[] = [];
afterEach(async () => {
  await Promise.all(stages.map((stage) => stage.stop()));
  stages = [];
});

async function problemsOf(strike: Strike): Promise<readonly string[]> {
  const trial = strikeTrial(strike);
  trial.prepare();
  const stage = await trial.stage();
  stages.push(stage);
  const outcome = await pairOnce({
    host: '127.0.0.1',
    port: stage.port,
    transport: trial.transport,
    rootCaFiles: stage.rootCaFiles,
    addedDaysAgo: 0,
    timing: { ...PATIENT_TIMING, ...stage.timing },
  });
  return trial.judge(outcome, stage.heard(), process.versions.openssl === '0.0.0').problems;
}

it.each([
  ['meeting', 'client hello', 'closed with close_notify', 'is a connection that broke off, not outdated TLS'],
  ['proof', 'client hello', 'closed with close_notify', 'lets the new keys wait'],
  ['meeting', 'client hello', 'alert 46', 'is about no certificate'],
  ['code', 'request', 'bytes of another protocol', 'says that the code may be used up'],
  ['code', 'request', 'alert 80', 'says that the code may be used up'],
] as const)(
  'on the connection of the %s, at its %s, a peer that has %s %s',
  async (connection, moment, name, _says) => {
    const strikes = STRIKES.filter(
      (strike) =>
        strike.connection === connection &&
        strike.moment === moment &&
        strike.name === name &&
        strike.transport === 'https',
    );
    expect(strikes).not.toEqual([]);
    for (const strike of strikes) expect(await problemsOf(strike)).toEqual([]);
  },
);
