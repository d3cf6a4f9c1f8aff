import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { News } from '../../electron/core/news.ts';
import { AllChecks } from '../../electron/core/pairings/all-checks.ts';
import { initialStatus } from '../../electron/core/status/state-machine.ts';
import { DayFiles } from '../../electron/core/timeline/day-files.ts';
import { beatLine, startLine, stateLine } from '../../electron/core/timeline/line.ts';
import { timelineOf } from '../../electron/core/timeline/timeline-of.ts';
import { TimelineRecorder } from '../../electron/core/timeline/timeline-recorder.ts';
import type { ConnectionCheck, PairingRecord } from '../../shared/pairing.ts';
import type { ConnectionState } from '../../shared/status.ts';
import { type Timeline, timelineSchema } from '../../shared/timeline.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.parse('2026-11-17T08:00:00.000Z');

const certificate = {
  subject: 'CN=x',
  issuer: 'CN=y',
  serialNumber: '01',
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: '2036-01-01T00:00:00.000Z',
  fingerprint256: 'AA',
  key: 'RSA 2048',
};
const pairing = (number: number, lastCheck: ConnectionCheck | null = null): PairingRecord => ({
  id: `6b9e2f1c-8a34-4b77-9d0e-${String(number).padStart(12, '0')}`,
  posId: String(number),
  name: '',
  watchLive: false,
  address: { host: '10.0.0.5', port: 8443 },
  transport: 'wss',
  identity: { kind: 'serial', serial: `SN${number}` },
  pairedAt: '2026-11-01T08:00:00.000Z',
  proved: true,
  protection: 'mtls',
  credentialNotes: [],
  deviceCertificate: certificate,
  clientCertificate: certificate,
  clientIssuer: certificate,
  trustAnchorFingerprint256: 'BB',
  lastCheck,
});
const ONE = pairing(1);

/** What happened, as hours from the start of the timeline's window to its end. */
const hours = ({ spans, from }: Timeline) =>
  spans.map(({ state, from: start, to }) => [
    state,
    (Date.parse(start) - Date.parse(from)) / HOUR,
    (Date.parse(to) - Date.parse(from)) / HOUR,
  ]);

let directory: string;
let now: number;
let recorder: TimelineRecorder;

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'pos-timeline-')), 'timeline');
  now = START;
  recorder = new TimelineRecorder(directory, () => now);
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true, force: true }));

const status = (state: ConnectionState, of = ONE): News => ({
  type: 'status-changed',
  pairing: of,
  status: { ...initialStatus(of, now), state },
  before: initialStatus(of, now),
});
const answered = (roundTripMs: number, of = ONE): News => ({
  type: 'pairing-changed',
  pairing: {
    ...of,
    lastCheck: {
      result: 'mtls',
      at: new Date(now).toISOString(),
      tlsVersion: 'TLSv1.3',
      cipher: 'X',
      roundTripMs,
      depth: 'quiet',
    },
  },
});
/** The app runs on, with its regular looks at the clock. */
function run(ms: number): void {
  for (const end = now + ms; now < end; ) {
    now = Math.min(end, now + MINUTE);
    recorder.tick();
  }
}

describe('when a device answered', () => {
  it('is kept as spans without gaps: each state until the next, and nothing before the app was started', async () => {
    run(HOUR);
    recorder.record(status('connected'));
    run(2 * HOUR);
    recorder.record(status('checking'));
    recorder.record(status('unreachable'));
    run(HOUR);
    recorder.record(status('in-use'));
    run(HOUR);
    const timeline = await recorder.read(ONE.id);
    expect(timelineSchema.parse(timeline)).toEqual(timeline);
    const began = 7 * 24 - 5;
    expect(hours(timeline)).toEqual([
      ['not-checked', 0, began + 1],
      ['answered', began + 1, began + 3],
      ['away', began + 3, began + 4],
      ['in-use', began + 4, began + 5],
    ]);
  });

  it('shows each short loss of a watched channel', async () => {
    recorder.record(status('connected'));
    for (let loss = 0; loss < 3; loss += 1) {
      run(10 * MINUTE);
      recorder.record(status('reconnecting'));
      now += 2_000;
      recorder.record(status('connected'));
    }
    run(MINUTE);
    const { spans } = await recorder.read(ONE.id);
    expect(spans.filter(({ state }) => state === 'away')).toHaveLength(3);
  });

  it('survives a restart; in between, and while the computer slept, nothing was checked', async () => {
    recorder.record(status('connected'));
    run(HOUR);
    recorder.close();
    now += 3 * HOUR;
    recorder = new TimelineRecorder(directory, () => now);
    run(5 * MINUTE);
    recorder.record(status('connected'));
    run(55 * MINUTE);
    // Asleep: no looks at the clock, and afterwards the state is the same.
    now += 8 * HOUR;
    recorder.tick();
    run(HOUR);
    const began = 7 * 24 - 14;
    expect(hours(await recorder.read(ONE.id))).toEqual([
      ['not-checked', 0, began],
      ['answered', began, began + 1],
      ['not-checked', began + 1, began + 4 + 5 / 60],
      ['answered', began + 4 + 5 / 60, began + 5],
      ['not-checked', began + 5, began + 13],
      ['answered', began + 13, began + 14],
    ]);
  });

  it('keeps what holds for longer than the oldest day that is kept, and no more days than are shown', async () => {
    recorder.record(status('unreachable'));
    for (let day = 0; day < 12; day += 1) {
      run(DAY);
    }
    expect(hours(await recorder.read(ONE.id))).toEqual([['away', 0, 7 * 24]]);
    expect(readdirSync(directory).length).toBeLessThanOrEqual(9);
  });

  it('is not disturbed by damaged lines, other pairings, or a folder that cannot be written', async () => {
    recorder.record(status('connected'));
    recorder.record(status('refused', pairing(2)));
    run(HOUR);
    const [file = ''] = readdirSync(directory);
    appendFileSync(join(directory, file), '{"k":"state","t":1,"p":"6b9e');
    recorder.record(status('unreachable'));
    run(HOUR);
    expect((await recorder.read(ONE.id)).spans.map(({ state }) => state)).toEqual([
      'not-checked',
      'answered',
      'away',
    ]);

    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'in the way');
    recorder.record(status('connected'));
    run(10 * MINUTE);
    expect((await recorder.read(ONE.id)).spans.at(-1)?.state).toBe('answered');
    rmSync(directory);
    mkdirSync(directory);
    run(10 * MINUTE);
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it.each(['its folder', 'the folder of the history'])(
    'follows no link in place of %s, and removes nothing behind it',
    (place) => {
      const foreign = mkdtempSync(join(tmpdir(), 'pos-foreign-'));
      const history = mkdtempSync(join(tmpdir(), 'pos-history-'));
      rmSync(history, { recursive: true });
      const ofHistory = place !== 'its folder';
      if (ofHistory) symlinkSync(foreign, history);
      else {
        mkdirSync(history);
        symlinkSync(foreign, join(history, 'timeline'));
      }
      const behind = ofHistory ? join(foreign, 'timeline') : foreign;
      mkdirSync(behind, { recursive: true });
      writeFileSync(join(behind, 'day-20200101.jsonl'), 'mine');
      const files = new DayFiles(join(history, 'timeline'));
      expect(() => files.append(START, ['{}'])).toThrow('is a link to another folder');
      files.prune(START);
      expect(readdirSync(behind)).toEqual(['day-20200101.jsonl']);
      rmSync(history, { recursive: true });
      rmSync(foreign, { recursive: true });
    },
  );

  it('forgets the state of a pairing that is removed', async () => {
    recorder.record(status('connected'));
    recorder.record({ type: 'pairing-removed', pairing: ONE });
    run(2 * DAY);
    const files = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
    expect(files.filter((text) => text.includes(ONE.id))).toHaveLength(1);
  });

  it('copes with a clock that was a day ahead', () => {
    const lines = [
      startLine(START + DAY),
      stateLine(START + DAY, ONE.id, 'away'),
      startLine(START),
      stateLine(START, ONE.id, 'answered'),
      beatLine(START + 5 * MINUTE),
    ];
    expect(timelineOf(lines, START + 5 * MINUTE).spans.map(({ state }) => state)).toEqual([
      'not-checked',
      'answered',
    ]);
  });
});

describe('how fast it answered', () => {
  it('is kept by the hour, each check once, over a restart as well', async () => {
    recorder.record(answered(10));
    recorder.record({ ...answered(10) });
    run(10 * MINUTE);
    recorder.record(answered(30));
    recorder.close();
    recorder = new TimelineRecorder(directory, () => now);
    run(10 * MINUTE);
    recorder.record(answered(110));
    run(HOUR);
    recorder.record(answered(7));
    run(MINUTE);
    expect((await recorder.read(ONE.id)).roundTrips).toEqual([
      { at: new Date(START).toISOString(), meanMs: 50, slowestMs: 110 },
      { at: new Date(START + HOUR).toISOString(), meanMs: 7, slowestMs: 7 },
    ]);
  });

  it('takes few bytes for a day of a thousand pairings', () => {
    const thousand = Array.from({ length: 1000 }, (_, index) => pairing(index));
    for (let round = 0; round < 24 * 4; round += 1) {
      for (const each of thousand) {
        recorder.record(status('checking', each));
        recorder.record(answered(10 + (round % 7), each));
        recorder.record(status('connected', each));
      }
      run(15 * MINUTE);
    }
    const bytes = readdirSync(directory).reduce(
      (sum, name) => sum + readFileSync(join(directory, name)).length,
      0,
    );
    expect(bytes).toBeLessThan(4 * 1024 * 1024);
  });
});

describe('the check of all pairings', () => {
  it('runs a few at a time, tells how far it is, and is held up by none', async () => {
    const all = Array.from({ length: 40 }, (_, index) => pairing(index));
    const told: News[] = [];
    let running = 0;
    let most = 0;
    const checks = new AllChecks({
      vault: { pairings: all },
      monitor: {
        check: async (id) => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          if (id === all[3]?.id) throw new Error('gone meanwhile');
          return ONE;
        },
      },
      tell: (news) => told.push(news),
    });
    const [first, joined] = await Promise.all([checks.run(), checks.run()]);
    expect(first).toEqual({ checked: 40 });
    expect(joined).toEqual({ checked: 40 });
    expect(most).toBe(16);
    expect(told.at(0)).toEqual({ type: 'checks-progress', progress: { done: 0, total: 40 } });
    expect(told.at(-1)).toEqual({ type: 'checks-progress', progress: { done: 40, total: 40 } });
    expect(told).toHaveLength(41);
  });
});
