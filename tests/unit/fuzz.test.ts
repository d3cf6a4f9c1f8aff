import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure } from '../../electron/core/failure.ts';
import { type Supervision, supervise } from '../../scripts/fuzz/supervise.ts';
import { appError } from '../../shared/errors.ts';
import { randomChoices } from '../fuzz/choices.ts';
import { batchesOf, runBatch, workedMs } from '../fuzz/generated.ts';
import { GuidedRun, installInstrument } from '../fuzz/guided.ts';
import type { FuzzFinding, Order } from '../fuzz/jobs.ts';
import { mutateDer } from '../fuzz/mutate/der.ts';
import { codeOfError, codeOfThrown, target } from '../fuzz/target.ts';
import { createCa } from '../simulator/pki.ts';

const LIMIT_MS = 10_000;
const unwatched = { before: () => {}, after: () => {} };
/** A target whose one fault is met by texts of more than five characters with a "q". */
const faulty = (fault: () => string | Promise<string>) =>
  target({
    name: 'faulty',
    about: '',
    share: 1,
    reaches: [],
    inputs: fc.string({ unit: 'grapheme-ascii' }),
    run: (text) => (text.length > 5 && text.includes('q') ? fault() : 'ok'),
  });

describe('a generated batch', () => {
  it('finds what is thrown, and the smallest input for it, the same each time', async () => {
    const crash = faulty(() => {
      throw new TypeError('x is undefined');
    });
    const [batch] = batchesOf(1, 200);
    if (!batch) throw new Error('no batch');
    const found = await runBatch(crash, { ...batch, cases: 2_000 }, unwatched, LIMIT_MS);
    expect(found?.error).toMatchObject({ message: 'x is undefined' });
    // As source text.
    expect(JSON.parse(found?.input ?? '""')).toMatch(/^(?=.*q).{6}$/);
    expect(await runBatch(crash, { ...batch, cases: 2_000 }, unwatched, LIMIT_MS)).toMatchObject({
      input: found?.input,
      path: found?.path,
    });
  });

  it('finds what is rejected, and what takes too long', async () => {
    const rejected = await runBatch(
      faulty(() => Promise.reject(new RangeError('too deep'))),
      { seed: 1, cases: 2_000 },
      unwatched,
      LIMIT_MS,
    );
    expect(rejected?.error).toMatchObject({ message: 'too deep' });
    const slow = faulty(() => {
      const until = workedMs() + 60;
      while (workedMs() < until);
      return 'ok';
    });
    const late = await runBatch(slow, { seed: 1, cases: 2_000 }, unwatched, 50);
    expect(late?.error).toMatchObject({ message: expect.stringMatching(/^one case took \d+ ms of work$/) });
  });

  it('has as many cases as it is asked for, and tells how they end', async () => {
    const endings: string[] = [];
    const watch = { before: () => {}, after: (ending: string) => void endings.push(ending) };
    for (const batch of batchesOf(3, 450))
      await runBatch(
        faulty(() => 'found'),
        batch,
        watch,
        LIMIT_MS,
      );
    expect(endings).toHaveLength(450);
    expect(new Set(endings)).toEqual(new Set(['ok', 'found']));
  });
});

describe('an error', () => {
  it('that is fit to be shown is known by its code', () => {
    expect(codeOfThrown(failure('answer-malformed', 'nothing in it'), ['s3cret'])).toBe('answer-malformed');
  });

  it.each([
    ['is internal', appError('internal', 'TypeError')],
    ['quotes a secret', appError('http-status', 'the code s3cret is wrong')],
    ['quotes a secret in its parameters', appError('http-status', '', { params: { status: 's3cret' } })],
    ['quotes PEM', appError('http-status', '-----BEGIN PRIVATE KEY-----')],
    ['is out of form', appError('http-status', 'x'.repeat(4_001))],
  ])('that %s is a finding', (_what, error) => {
    expect(() => codeOfError(error, ['s3cret'])).toThrow();
  });

  it('that is none of the catalogue is thrown on', () => {
    const fault = new TypeError('x');
    expect(() => codeOfThrown(fault)).toThrow(fault);
  });
});

describe('a guided run', () => {
  beforeAll(installInstrument);

  /** As instrumented code does. */
  const took = (branch: number): void => {
    const fuzzer: unknown = Reflect.get(globalThis, 'Fuzzer');
    const { coverageTracker } = fuzzer as { coverageTracker: { incrementCounter: (edge: number) => void } };
    coverageTracker.incrementCounter(branch);
  };
  const WORD = [0x50, 0x4f, 0x53, 0x21];
  const guided = {
    seeds: [Buffer.alloc(4)],
    mutate: (data: Buffer, choices: ReturnType<typeof randomChoices>) => {
      const changed = Buffer.from(data);
      changed[choices.below(4)] = choices.below(256);
      return changed;
    },
    run: (data: Buffer) => {
      took(0);
      for (const [at, byte] of WORD.entries()) {
        if (data[at] !== byte) return 'ok';
        took(at + 1);
      }
      throw new TypeError('the word');
    },
  };

  it('finds byte by byte what chance alone would not in four thousand million cases', () => {
    const result = new GuidedRun(guided, 7, LIMIT_MS).run(
      200_000,
      () => {},
      () => {},
    );
    expect(result.failed?.data).toEqual(Buffer.from(WORD));
    expect(result).toMatchObject({ bySeeds: 1, branches: 4 });
  });
});

describe('DER that was changed', () => {
  it('is mostly still DER, and often a certificate', async () => {
    const { certificate } = await createCa({ commonName: 'CA', keyType: 'ec' });
    const choices = randomChoices(5);
    let read = 0;
    let changed = 0;
    for (let round = 0; round < 400; round += 1) {
      const der = mutateDer(certificate.raw, choices);
      if (!der.equals(certificate.raw)) changed += 1;
      try {
        new X509Certificate(der);
        read += 1;
      } catch {
        // No certificate any more.
      }
    }
    expect(changed).toBeGreaterThan(300);
    expect(read).toBeGreaterThan(60);
  });
});

describe('a worker that', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pos-fuzz-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Three jobs, of which the second one does something fatal after its first case. */
  const worker = (fatal: string): string => {
    const file = join(folder, `${Math.random()}.mjs`);
    writeFileSync(
      file,
      `import { readFileSync, writeFileSync } from 'node:fs';
      const { start, jobs, trace } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
      const say = (said) => new Promise((resolve) => process.send(said, resolve));
      const end = jobs === null ? 3 : start.job + jobs;
      for (let job = start.job; job < end; job += 1) {
        const target = 'target-' + job;
        await say({ kind: 'next', job, target, from: 0 });
        if (trace) writeFileSync(trace, 'the input of ' + target);
        if (job === 1) { ${fatal} }
        await say({ kind: 'done', job, target, about: '', cases: 1, ms: 1, endings: {}, reaches: [] });
      }
      process.exit(0);`,
    );
    return file;
  };
  const order: Order = {
    material: '',
    manner: 'generated',
    seed: 1,
    cases: 3,
    part: 1,
    only: null,
    limitMs: LIMIT_MS,
    start: { job: 0, from: 0 },
    jobs: null,
    trace: null,
  };

  it.each([
    ['hangs', 'for (;;);', /^hang/],
    ['crashes', 'process.abort();', /^crash: SIGABRT/],
    ['ends too early', 'process.exit(9);', /^crash: exit code 9/],
  ])('%s is found with its input, and costs no other target its cases', async (_how, fatal, what) => {
    const done: string[] = [];
    const findings: FuzzFinding[] = [];
    const parts: Supervision = {
      folder,
      silenceMs: 6_000,
      onDone: ({ target: name }) => void done.push(name),
      onFinding: (finding) => void findings.push(finding),
    };
    const runtime = { name: 'Node', executable: process.execPath, env: {} };
    await supervise({ runtime, worker: worker(fatal), order }, parts);
    expect(done).toEqual(['target-0', 'target-2']);
    expect(findings).toMatchObject([{ target: 'target-1', input: 'the input of target-1' }]);
    expect(findings[0]?.what).toMatch(what);
  });
});
