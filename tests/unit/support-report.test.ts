import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeOwnerFile } from '../../electron/adapters/owner-file.ts';
import { zipTexts } from '../../electron/adapters/zip.ts';
import { describeNetworks } from '../../electron/core/diagnostics/networks.ts';
import { redactData, redactLine } from '../../electron/core/diagnostics/redact-data.ts';
import { buildSupportReport, type ReportFacts } from '../../electron/core/diagnostics/support-report.ts';
import { summarizeTimeline } from '../../electron/core/timeline/timeline-summary.ts';
import type { HistoryEntry } from '../../shared/history.ts';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import { NO_POLICY } from '../support/app-state.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const DAY_MS = 86_400_000;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pos-support-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const facts = (change: Partial<ReportFacts> = {}): ReportFacts => ({
  settings: DEFAULT_SETTINGS,
  policy: NO_POLICY,
  rootCas: [],
  pairings: [],
  bridges: {},
  timelines: {},
  history: [],
  notices: [],
  storageProblem: null,
  historyProblem: null,
  lastFailedAttempt: null,
  now: NOW,
  about: {},
  networks: [],
  logs: [],
  homeFolder: '/home/maria',
  ...change,
});

const fileOf = async (change: Partial<ReportFacts>, name: string): Promise<string> =>
  (await buildSupportReport(facts(change))).find((file) => file.name === name)?.text ?? '';

const entry = (daysAgo: number, change: Partial<HistoryEntry> = {}): HistoryEntry => ({
  at: new Date(NOW - daysAgo * DAY_MS).toISOString(),
  kind: 'status',
  result: 'ok',
  posId: 'POS-1',
  serial: '1850012345',
  from: 'connected',
  to: 'unreachable',
  ...change,
});

describe('the files of a support report', () => {
  it('are there when there is nothing to tell', async () => {
    const files = await buildSupportReport(facts());
    expect(files.map(({ name }) => name)).toEqual([
      'README.txt',
      'about.json',
      'settings.json',
      'policy.json',
      'pairings.json',
      'bridges.json',
      'root-cas.json',
      'networks.json',
      'timeline.json',
      'history.json',
      'notices.json',
      'last-failure.json',
    ]);
    for (const { text } of files.slice(1)) expect(() => JSON.parse(text)).not.toThrow();
    expect(await fileOf({}, 'settings.json')).toBe(`${JSON.stringify(DEFAULT_SETTINGS, null, 2)}\n`);
    expect(await fileOf({}, 'about.json')).toContain('2026-03-01T12:00:00.000Z');
  });

  it('hold 90 days of the history', async () => {
    const history = [entry(0), entry(89), entry(91)];
    expect(JSON.parse(await fileOf({ history }, 'history.json'))).toEqual(history.slice(0, 2));
  });

  it('name no home folder, however deep it stands', async () => {
    const notices = [
      { id: 'x', kind: 'damaged', what: 'pairing', file: '/home/maria/.config/pos/vault/a.json' },
    ] as const;
    expect(await fileOf({ notices }, 'notices.json')).toContain('"~/.config/pos/vault/a.json"');
    expect(await fileOf({ notices }, 'notices.json')).not.toContain('maria');
    // A computer whose only account has no folder of its own: nothing to be replaced everywhere.
    expect(await fileOf({ notices, homeFolder: '/' }, 'notices.json')).toContain('/home/maria/');
  });

  it('hold the lines of a log as they are, and what is damaged redacted', async () => {
    const line = '{"at":"2026-03-01T12:00:00.000Z","kind":"connect","device":"10.0.0.1:8443"}';
    const key = `-----BEGIN PRIVATE KEY-----\nAB\n-----END PRIVATE KEY-----`;
    const logs = [
      { name: 'connections.jsonl', text: `${line}\n\n{"cut": "of\n${JSON.stringify({ key })}\n` },
    ];
    const lines = (await fileOf({ logs }, 'log/connections.jsonl')).trimEnd().split('\n');
    expect(lines).toEqual([line, JSON.stringify({ damaged: '{"cut": "of' }), '{"key":"[PEM removed]"}']);
  });

  it('are cleaned wherever a text stands, and of what its name says is secret', () => {
    const pem = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----';
    const cleaned = redactData({
      a: [{ b: pem, at: undefined }],
      [pem]: 1,
      bridgeToken: 'abc',
      managerPassword: 'x',
      pin: '1234',
      opened: true,
      publicKey256: 'AB:CD',
      key: 'RSA 2048',
    });
    expect(cleaned).toEqual({
      a: [{ b: '[PEM removed]' }],
      '[PEM removed]': 1,
      bridgeToken: '[left out]',
      managerPassword: '[left out]',
      pin: '[left out]',
      opened: true,
      publicKey256: 'AB:CD',
      key: 'RSA 2048',
    });
    expect(redactData(undefined)).toBeNull();
    expect(redactLine('[1, "a"]')).toBe('[1,"a"]');
  });

  it('are made bit by bit, so that nothing has to wait for a full log', async () => {
    const line = JSON.stringify({
      at: new Date(NOW).toISOString(),
      kind: 'connect',
      device: '10.0.0.1:8443',
    });
    const text = `${line}\n`.repeat(Math.floor((1024 * 1024) / line.length));
    let turns = 0;
    let isMade = false;
    const count = () => {
      turns += 1;
      if (!isMade) setImmediate(count);
    };
    setImmediate(count);
    const files = await buildSupportReport(facts({ logs: [{ name: 'connections.jsonl', text }] }));
    isMade = true;
    expect(turns).toBeGreaterThan(10);
    expect(files.at(-1)?.text).toBe(text);
  });
});

describe('the networks of a report', () => {
  const mac = '02:42:ac:11:00:02';
  it('are told without own addresses and hardware addresses', () => {
    const told = describeNetworks({
      lo: [
        {
          address: '127.0.0.1',
          netmask: '255.0.0.0',
          family: 'IPv4',
          mac,
          internal: true,
          cidr: '127.0.0.1/8',
        },
      ],
      eth0: [
        {
          address: '192.168.5.77',
          netmask: '255.255.254.0',
          family: 'IPv4',
          mac,
          internal: false,
          cidr: '192.168.5.77/23',
        },
        {
          address: 'fe80::42:acff:fe11:2',
          netmask: 'ffff::',
          family: 'IPv6',
          mac,
          internal: false,
          cidr: 'fe80::42:acff:fe11:2/64',
          scopeid: 2,
        },
        {
          address: '2001:db8::42:acff:fe11:2',
          netmask: 'ffff::',
          family: 'IPv6',
          mac,
          internal: false,
          cidr: '2001:db8::42:acff:fe11:2/64',
          scopeid: 0,
        },
      ],
      wifi: [
        { address: '169.254.3.4', netmask: '255.255.0.0', family: 'IPv4', mac, internal: false, cidr: null },
      ],
      none: undefined,
    });
    expect(told).toEqual([
      { name: 'lo', family: 'IPv4', scope: 'loopback', network: '127.0.0.0/8' },
      { name: 'eth0', family: 'IPv4', scope: 'private', network: '192.168.4.0/23' },
      { name: 'eth0', family: 'IPv6', scope: 'link-local', network: '/64' },
      { name: 'eth0', family: 'IPv6', scope: 'public', network: '/64' },
      { name: 'wifi', family: 'IPv4', scope: 'link-local', network: '' },
    ]);
  });
});

describe('the timeline of a report', () => {
  it('adds up', () => {
    const at = (minute: number) => new Date(NOW + minute * 60_000).toISOString();
    const span = (state: 'answered' | 'away', from: number, to: number) => ({
      state,
      from: at(from),
      to: at(to),
    });
    expect(
      summarizeTimeline({
        from: at(0),
        to: at(60),
        spans: [
          span('answered', 0, 20),
          span('away', 20, 25),
          span('answered', 25, 50),
          span('away', 50, 60),
        ],
        roundTrips: [
          { at: at(0), meanMs: 10, slowestMs: 40 },
          { at: at(60), meanMs: 20, slowestMs: 30 },
        ],
      }),
    ).toEqual({
      from: at(0),
      to: at(60),
      minutes: { answered: 45, away: 15 },
      timesAway: 2,
      meanMs: 15,
      slowestMs: 40,
    });
  });
});

describe('the file of a report', () => {
  it('is a ZIP of texts in one folder', () => {
    const zip = zipTexts('report', [{ name: 'log/a.txt', text: 'ä\n' }], new Date(NOW));
    const files = Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, strFromU8(bytes)]);
    expect(files).toEqual([['report/log/a.txt', 'ä\n']]);
  });

  it('replaces another one as a whole, for its owner alone', async () => {
    const file = join(folder, 'report.zip');
    writeFileSync(file, 'older and longer', { mode: 0o644 });
    await writeOwnerFile(file, Buffer.from('new'));
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['report.zip']);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('leaves nothing behind where it cannot be put', async () => {
    const taken = join(folder, 'report.zip');
    mkdirSync(join(taken, 'full'), { recursive: true });
    await expect(writeOwnerFile(taken, Buffer.from('new'))).rejects.toMatchObject({
      appError: { code: 'storage-failed' },
    });
    expect(readdirSync(folder)).toEqual(['report.zip']);
    await expect(writeOwnerFile(join(folder, 'no', 'report.zip'), Buffer.from('new'))).rejects.toMatchObject({
      appError: { code: 'storage-failed' },
    });
  });
});

it('no part of the app starts the crash reporter, whose dumps would hold keys', () => {
  const root = resolve(import.meta.dirname, '../..');
  const sources = readdirSync(join(root, 'electron'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  expect(sources.length).toBeGreaterThan(90);
  const using = sources.filter((name) =>
    /crashReporter|report-on-|heapsnapshot|writeReport|writeHeapSnapshot/i.test(
      readFileSync(join(root, 'electron', name), 'utf8'),
    ),
  );
  expect(using).toEqual([]);
});
