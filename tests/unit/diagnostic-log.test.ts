import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DiagnosticLog, startDiagnosticLog } from '../../electron/adapters/diagnostic-log.ts';
import { diagnose, isDiagnosed, onDiagnosis } from '../../electron/core/diagnostics/diagnose.ts';
import { pkcs8KeyPem, sharedKey } from '../simulator/keys.ts';

const MIB = 1024 * 1024;
const FILES = ['connections.1.jsonl', 'connections.2.jsonl', 'connections.jsonl'];
const onUnix = process.platform !== 'win32';
let parent: string;
let folder: string;
let log: DiagnosticLog | undefined;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'pos-log-'));
  folder = join(parent, 'logs');
});
afterEach(() => {
  log?.close();
  log = undefined;
  if (existsSync(folder)) chmodSync(folder, 0o700);
  rmSync(parent, { recursive: true, force: true });
});

const linesOf = (name = 'connections.jsonl') =>
  readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));

/** About as long as a line of a connection. */
const fill = (count: number, from = 0) => {
  for (let number = 0; number < count; number += 1)
    diagnose({ kind: 'root-ca-trusted', fingerprint256: 'ab:'.repeat(32), connection: from + number });
};

describe('the diagnostic log', () => {
  it('writes each event as a line of JSON with its time, for its owner alone', () => {
    log = startDiagnosticLog(folder);
    diagnose({
      kind: 'ws-close',
      device: '10.0.0.9:8443',
      connection: 1,
      code: 1008,
      reasonLength: 4,
      openMs: null,
    });
    diagnose({ kind: 'http-status', status: 403 });
    expect(linesOf()).toEqual([
      {
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        kind: 'ws-close',
        device: '10.0.0.9:8443',
        connection: 1,
        code: 1008,
        reasonLength: 4,
        openMs: null,
      },
      { at: expect.any(String), kind: 'http-status', status: 403 },
    ]);
    if (onUnix) {
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      expect(statSync(join(folder, 'connections.jsonl')).mode & 0o777).toBe(0o600);
    }
    expect(log.read()).toEqual([
      { name: 'connections.jsonl', text: readFileSync(join(folder, 'connections.jsonl'), 'utf8') },
    ]);
  });

  it('keeps three files of 1 MiB at most, the newest lines in them, and goes on after a restart', () => {
    log = startDiagnosticLog(folder);
    const LINES = 12_000;
    fill(LINES);
    log.close();
    log = startDiagnosticLog(folder);
    fill(LINES, LINES);
    expect(readdirSync(folder).sort()).toEqual(FILES);
    for (const name of FILES) {
      const { size, mode } = statSync(join(folder, name));
      expect(size).toBeLessThanOrEqual(MIB);
      if (onUnix) expect(mode & 0o777).toBe(0o600);
    }
    expect(statSync(join(folder, 'connections.1.jsonl')).size).toBeGreaterThan(0.9 * MIB);
    // Oldest first they are one sequence that ends with the last line.
    const numbers = FILES.slice(0, 2)
      .reverse()
      .concat('connections.jsonl')
      .flatMap((name) => linesOf(name).map((line) => (line as { connection: number }).connection));
    expect(numbers.at(-1)).toBe(2 * LINES - 1);
    expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
    expect(log.read().map(({ name }) => name)).toEqual([
      'connections.jsonl',
      'connections.1.jsonl',
      'connections.2.jsonl',
    ]);
  });

  it('lets nothing through that redaction would remove, whatever field it came in', async () => {
    log = startDiagnosticLog(folder);
    const { privateKey } = await sharedKey('diagnostic log');
    const privateKeyPem = pkcs8KeyPem(privateKey);
    const base64 = privateKeyPem.replace(/-----[^-]+-----|\s/g, '');
    diagnose({ kind: 'refused', code: 'tls-failed', detail: `told: ${privateKeyPem}` });
    diagnose({ kind: 'fault', name: base64 });
    diagnose({ kind: 'fault', name: Buffer.from(base64, 'base64').toString('hex'), ...{ token: 'abc' } });
    const written = readFileSync(join(folder, 'connections.jsonl'), 'utf8');
    expect(linesOf()).toHaveLength(3);
    expect(written).not.toMatch(/PRIVATE KEY/);
    expect(written).not.toContain(base64.slice(100, 140));
    expect(written).not.toContain(Buffer.from(base64, 'base64').toString('hex').slice(200, 264));
    expect(written).toContain('"token":"[left out]"');
    expect(written.match(/removed/g)?.length).toBeGreaterThanOrEqual(3);
  });

  it('fills in no placeholder and breaks no line', () => {
    log = startDiagnosticLog(folder);
    diagnose({ kind: 'fault', name: '%s %c %d\n{"kind":"forged"}' });
    expect(linesOf()).toEqual([
      { at: expect.any(String), kind: 'fault', name: '%s %c %d {"kind":"forged"}' },
    ]);
  });

  it('installs no handlers, and writes nowhere else', () => {
    const before = process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
    const out = vi.spyOn(process.stdout, 'write');
    const err = vi.spyOn(process.stderr, 'write');
    const told = (['log', 'info', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name));
    log = startDiagnosticLog(folder);
    diagnose({ kind: 'app-stopped' });
    rmSync(folder, { recursive: true });
    diagnose({ kind: 'app-stopped' });
    for (const spy of [out, err, ...told]) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
    expect(process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection')).toBe(
      before,
    );
  });

  it('goes on without a folder, and writes nothing through a link', () => {
    const elsewhere = join(parent, 'elsewhere');
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, folder, 'junction');
    log = startDiagnosticLog(folder);
    diagnose({ kind: 'app-stopped' });
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(log.read()).toEqual([]);
    log.close();
    writeFileSync(join(parent, 'file'), '');
    log = startDiagnosticLog(join(parent, 'file', 'logs'));
    expect(() => diagnose({ kind: 'app-stopped' })).not.toThrow();
    expect(log.read()).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('stops silently on a full disk', () => {
    mkdirSync(folder);
    const { mode } = statSync('/dev/full');
    symlinkSync('/dev/full', join(folder, 'connections.jsonl'));
    log = startDiagnosticLog(folder);
    expect(() => fill(10)).not.toThrow();
    expect(log.read()).toEqual([]);
    expect(statSync('/dev/full').mode).toBe(mode);
  });

  it('survives that its files are gone, folders in their place, or damaged', () => {
    log = startDiagnosticLog(folder);
    diagnose({ kind: 'app-stopped' });
    rmSync(join(folder, 'connections.jsonl'));
    mkdirSync(join(folder, 'connections.jsonl'));
    expect(() => diagnose({ kind: 'app-stopped' })).not.toThrow();
    expect(log.read()).toEqual([]);
    rmSync(join(folder, 'connections.jsonl'), { recursive: true });
    writeFileSync(join(folder, 'connections.jsonl'), Buffer.from([0xff, 0xfe, 0x00, 0x0a]));
    diagnose({ kind: 'app-stopped' });
    expect(log.read()[0]?.text).toContain('"kind":"app-stopped"');
  });

  it('keeps to the promised size where older files cannot be moved', () => {
    // What cannot be removed as a file is in the way of a rename.
    mkdirSync(join(folder, 'connections.2.jsonl', 'full'), { recursive: true });
    mkdirSync(join(folder, 'connections.1.jsonl', 'full'), { recursive: true });
    log = startDiagnosticLog(folder);
    fill(9_000);
    expect(statSync(join(folder, 'connections.jsonl')).size).toBeLessThanOrEqual(MIB);
    expect(linesOf().at(-1)).toMatchObject({ connection: 8_999 });
  });

  it('is written by every listener’s own, and what one throws reaches nobody', () => {
    const heard: string[] = [];
    const stopBroken = onDiagnosis(() => {
      throw new Error('broken');
    });
    const stop = onDiagnosis(({ kind }) => heard.push(kind));
    diagnose({ kind: 'app-stopped' });
    stop();
    diagnose({ kind: 'app-stopped' });
    stopBroken();
    expect(heard).toEqual(['app-stopped']);
    expect(isDiagnosed()).toBe(false);
  });
});
