/** Processes that are killed while they write, and what the next start finds. */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { type Row, Tally } from '../long-tests/result.ts';
import { type Authorities, fill, prepareWork } from './fill.ts';
import { NONE, type Role, TITLES } from './roles.ts';
import { filesIn, leftoversIn, type Start, sha256, startOver } from './stored.ts';

/** A process is killed up to so many milliseconds after its first step has begun; a step takes one to ten. */
const LONGEST_MS = 30;
const WITHIN_MS = 60_000;

const lineSchema = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({ number: z.number(), next: z.record(z.string(), z.string()) }),
  z.object({ done: z.literal(true) }),
]);

type Values = Map<string, string>;

interface Killed {
  /** What was done for sure. */
  readonly done: Values;
  /** What the step that was under way would have changed. */
  readonly underWay: Values | undefined;
  readonly number: number;
}

/** Starts a writer, kills it, and tells how far it says it came. */
async function killOne(bundle: string, role: Role, work: string, from: number): Promise<Killed> {
  const writer = spawn(process.execPath, [bundle, role, work, String(from)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  writer.stderr.on('data', (piece: Buffer) => {
    errors += piece.toString();
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    writer.once('close', (_code, signal) => resolve(signal));
  });
  const patience = setTimeout(() => writer.kill('SIGKILL'), WITHIN_MS);
  const killed: { done: Values; underWay: Values | undefined; number: number } = {
    done: new Map(),
    underWay: undefined,
    // It may be killed before its first step.
    number: from - 1,
  };
  let isReady = false;
  for await (const text of createInterface(writer.stdout)) {
    const line = lineSchema.parse(JSON.parse(text));
    if ('ready' in line) {
      isReady = true;
      setTimeout(() => writer.kill('SIGKILL'), Math.random() * LONGEST_MS);
    } else if ('next' in line) {
      killed.underWay = new Map(Object.entries(line.next));
      killed.number = line.number;
    } else {
      for (const [name, value] of killed.underWay ?? []) killed.done.set(name, value);
      killed.underWay = undefined;
    }
  }
  const signal = await ended;
  clearTimeout(patience);
  if (signal !== 'SIGKILL' || !isReady) throw new Error(`the writer ended by itself: ${errors.slice(-500)}`);
  return killed;
}

/** What a kit has, from the one that is made before the first kill. */
type WholeKit = readonly string[];

const kitIn = (folder: string): WholeKit =>
  [...filesIn(folder)]
    // The day it was made is in the last one.
    .map(([name, bytes]) => (name === 'connection.json' ? name : `${name} ${sha256(bytes)}`))
    .sort();

/** The values of a start as a writer tells them: of what only grows, the last of it. */
function valuesOf({ stored }: Start, out: string, wholeKit: WholeKit | undefined): Values {
  const values: Values = new Map(stored);
  const entries = entriesOf(stored.get('history'));
  values.set('history', entries.at(-1) ?? NONE);
  values.set('timeline', beatsOf(stored.get('timeline')).at(-1) ?? NONE);
  for (const name of readdirSync(out)) {
    const path = join(out, name);
    const isKit = statSync(path).isDirectory();
    const isWhole = isKit && kitIn(path).join() === wholeKit?.join();
    values.set(
      `out/${name}`,
      isKit
        ? isWhole
          ? 'whole'
          : 'a part'
        : sha256(
            Buffer.concat([...filesIn(out)].filter(([each]) => each === name).map(([, bytes]) => bytes)),
          ),
    );
  }
  return values;
}

const entrySchema = z.object({ to: z.string() });
const beatSchema = z.object({ t: z.number() });
const linesOf = (text = ''): unknown[] =>
  text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
const entriesOf = (text: string | undefined): string[] =>
  linesOf(text).map((line) => entrySchema.parse(line).to);
const beatsOf = (text: string | undefined): string[] =>
  linesOf(text).map((line) => String(beatSchema.parse(line).t));

/** Lines that were written and are not there, though later ones are. */
function holesIn(numbers: readonly number[]): string[] {
  return numbers.flatMap((number, index) => {
    const before = numbers[index - 1];
    return before === undefined || number === before + 2
      ? []
      : [`a line is missing between ${before} and ${number}`];
  });
}

/** Kills writers of one role in one folder, one after another; each start follows a kill. */
async function killChain(
  { bundle, role, kills, authorities, work }: KillOptions & { readonly work: string },
  tally: Tally,
): Promise<number> {
  mkdirSync(work);
  const { data, out } = prepareWork(work, authorities);
  await fill(data, authorities, { pairings: 2, withPin: role === 'core' });
  // Its lines are numbered from the first one.
  if (role === 'history') rmSync(join(data, 'history'), { recursive: true });
  let wholeKit: WholeKit | undefined;
  if (role === 'exports') {
    const { core } = await startOver(data);
    const [pairing] = core.vault.pairings;
    const folder = join(out, 'kit');
    await core.connectionKit.export({
      pairingId: pairing?.id ?? '',
      format: 'pem-plain',
      password: { kind: 'none' },
      chooseFolder: async () => folder,
    });
    wholeKit = kitIn(folder);
  }
  let known = valuesOf(await startOver(data), out, wholeKit);
  let from = 0;
  let cleared = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const { done, underWay, number } = await killOne(bundle, role, work, from);
    const left = [...leftoversIn(data), ...readdirSync(out).filter(isDraft)];
    if (left.length > 0) cleared += 1;
    const old: Values = new Map([...known, ...done]);
    const start = await startOver(data);
    const now = valuesOf(start, out, wholeKit);
    const wrong = [
      ...[...new Set([...old.keys(), ...now.keys(), ...(underWay?.keys() ?? [])])].flatMap((name) => {
        const value = now.get(name) ?? NONE;
        if (value === (old.get(name) ?? NONE) || value === underWay?.get(name)) return [];
        return [
          `${name} is neither the old nor the new one: ${value.slice(-160)}, not ${(old.get(name) ?? NONE).slice(-160)}`,
        ];
      }),
      ...start.notices.map(({ what, kind, file }) => `told: ${what} ${kind} ${file}`),
      ...[...leftoversIn(data), ...readdirSync(out).filter(isDraft)].map((name) => `left over: ${name}`),
      ...(role === 'history'
        ? [
            ...holesIn(entriesOf(start.stored.get('history')).map(Number)),
            ...holesIn(beatsOf(start.stored.get('timeline')).map(Number)),
          ]
        : []),
    ];
    const outcome = outcomeOf(old, underWay, now);
    tally.judge(wrong, outcome, `kill ${kill + 1}, step ${number}`);
    // What was not done is done by the next one.
    from = outcome === 'old' ? number : number + 1;
    known = now;
    for (const name of readdirSync(out)) {
      if (!name.startsWith('kit-')) continue;
      rmSync(join(out, name), { recursive: true });
      known.delete(`out/${name}`);
    }
  }
  return cleared;
}

const isDraft = (name: string): boolean => name.startsWith('.') || name.includes('.tmp');

function outcomeOf(old: Values, underWay: Values | undefined, now: Values): string {
  if (!underWay) return 'between two steps';
  const changed = [...underWay].filter(([name, value]) => value !== (old.get(name) ?? NONE));
  const renewed = changed.filter(
    ([name, value]) => now.get(name) === value || (value === NONE && !now.has(name)),
  );
  if (renewed.length === changed.length) return 'new';
  return renewed.length === 0 ? 'old' : 'one document new, one old';
}

export interface KillOptions {
  readonly bundle: string;
  readonly role: Role;
  readonly kills: number;
  readonly authorities: Authorities;
}

/** Kills as many writers of one role; `parallel` of them at a time. */
export async function killWriters(
  options: KillOptions,
  place: string,
  parallel: number,
): Promise<{ readonly row: Row; readonly cleared: number }> {
  const tally = new Tally();
  const cleared = await Promise.all(
    Array.from({ length: parallel }, (_, index) =>
      killChain(
        {
          ...options,
          kills: Math.floor((options.kills + index) / parallel),
          work: join(place, `${options.role}-${index}`),
        },
        tally,
      ),
    ),
  );
  return {
    row: tally.row('kill', TITLES[options.role]),
    cleared: cleared.reduce((sum, each) => sum + each, 0),
  };
}
