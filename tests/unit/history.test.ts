import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { historyToCsv, historyToJson } from '../../electron/core/history/export.ts';
import { History } from '../../electron/core/history/history.ts';
import { StorageNotices } from '../../electron/core/vault/notices.ts';
import { HISTORY_TEXT_LIMIT, type HistoryEntry } from '../../shared/history.ts';

const START = Date.parse('2026-03-01T08:00:00Z');
let directory: string;
let clock: number;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'history-'));
  clock = START;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const now = () => {
  clock += 1000;
  return clock;
};
const open = (limit?: number) =>
  new History({ directory: join(directory, 'log'), now, ...(limit !== undefined && { limit }) });
const files = () =>
  readdirSync(join(directory, 'log'))
    .sort()
    .map((file) => join(directory, 'log', file));
const newestFile = () => files().at(-1) ?? '';
const notes = (history: History, limit = 100) =>
  history.read({ offset: 0, limit }).entries.map(({ note }) => note);
const note = (text: string) => ({ kind: 'paired', result: 'ok', note: text }) as const;

describe('History', () => {
  it('keeps entries over a restart, newest first, each dated', () => {
    const history = open();
    history.append(note('a'));
    history.append(note('b'));
    expect(notes(history)).toEqual(['b', 'a']);
    open().append(note('c'));
    expect(notes(open())).toEqual(['c', 'b', 'a']);
    expect(open().all()[2]).toEqual({
      at: '2026-03-01T08:00:01.000Z',
      kind: 'paired',
      result: 'ok',
      note: 'a',
    });
  });

  it('is empty before anything happened', () => {
    expect(open().read({ offset: 0, limit: 10 })).toEqual({ entries: [], total: 0 });
  });

  it.skipIf(process.platform === 'win32')('is readable by its owner only', () => {
    open().append(note('a'));
    expect(statSync(newestFile()).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'log')).mode & 0o777).toBe(0o700);
  });

  it('adds to the end of the file and changes nothing before', () => {
    const history = open();
    history.append(note('a'));
    const before = readFileSync(newestFile(), 'utf8');
    history.append(note('b'));
    expect(readFileSync(newestFile(), 'utf8').startsWith(before)).toBe(true);
  });

  it('keeps the newest 10,000 entries, in files that are dropped whole', () => {
    const history = open();
    for (let i = 1; i <= 12_345; i += 1) history.append(note(String(i)));
    for (const each of [history, open()]) {
      const page = each.read({ offset: 0, limit: 3 });
      expect(page.total).toBe(10_000);
      expect(page.entries.map((entry) => entry.note)).toEqual(['12345', '12344', '12343']);
      expect(each.read({ offset: 9_999, limit: 500 }).entries.map((entry) => entry.note)).toEqual(['2346']);
    }
    expect(files()).toHaveLength(11);
  });

  it('keeps to its bound whether or not somebody reads in between', () => {
    const history = open(20);
    for (let i = 1; i <= 100; i += 1) {
      history.append(note(String(i)));
      expect(history.read({ offset: 0, limit: 1 })).toMatchObject({
        entries: [{ note: String(i) }],
        total: Math.min(i, 20),
      });
    }
    expect(open(20).read({ offset: 0, limit: 500 })).toEqual(history.read({ offset: 0, limit: 500 }));
  });

  it('goes on after a crash in the middle of a line', () => {
    const history = open();
    history.append(note('a'));
    history.append(note('b'));
    truncateSync(newestFile(), statSync(newestFile()).size - 20);
    expect(notes(open())).toEqual(['a']);
    const after = open();
    after.append(note('c'));
    after.append(note('d'));
    expect(notes(after)).toEqual(['d', 'c', 'a']);
    expect(after.damagedLines).toBe(1);
  });

  it('keeps a last line that lost nothing but its line end', () => {
    open().append(note('a'));
    truncateSync(newestFile(), statSync(newestFile()).size - 1);
    open().append(note('b'));
    const history = open();
    expect(notes(history)).toEqual(['b', 'a']);
    expect(history.damagedLines).toBe(0);
  });

  it.each([
    ['no JSON', '{"at":'],
    ['another shape', '{"at":"2026-03-01T08:00:00.000Z","kind":"paired"}'],
    ['an unknown kind', '{"at":"2026-03-01T08:00:00.000Z","kind":"exploded","result":"ok"}'],
    ['zeros, as after a power cut', '\0\0\0\0'],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0xc0])],
  ])('skips and counts a line with %s, and leaves it where it is', (_what, line) => {
    open().append(note('a'));
    appendFileSync(newestFile(), line);
    appendFileSync(newestFile(), '\n');
    const damaged = readFileSync(newestFile());
    const history = open();
    history.append(note('b'));
    expect(notes(history)).toEqual(['b', 'a']);
    expect(history.damagedLines).toBe(1);
    expect(readFileSync(newestFile()).subarray(0, damaged.length)).toEqual(damaged);
  });

  it('does not take a line for whole of which the disk has changed a letter', () => {
    for (const text of ['a', 'b', 'c']) open().append(note(text));
    const text = readFileSync(newestFile(), 'utf8');
    writeFileSync(newestFile(), text.replace('"note":"b"', '"note":"x"'));
    const history = open();
    expect(notes(history)).toEqual(['c', 'a']);
    expect(history.damagedLines).toBe(1);
    // As older versions have written it, and as somebody may put it right.
    writeFileSync(newestFile(), text.replace(/"note":"b","sum":"[0-9a-f]{8}"/, '"note":"x"'));
    expect(notes(open())).toEqual(['c', 'x', 'a']);
  });

  it('leaves files alone that are not its own', () => {
    open().append(note('a'));
    const other = join(directory, 'log', 'notes.txt');
    writeFileSync(other, 'mine');
    const history = open(10);
    for (let i = 0; i < 50; i += 1) history.append(note('b'));
    expect(readFileSync(other, 'utf8')).toBe('mine');
  });

  it('does not stop the work it tells of when it cannot be written, and says why', () => {
    writeFileSync(join(directory, 'log'), 'a file where the folder should be');
    const history = open();
    expect(() => history.append(note('lost'))).not.toThrow();
    expect(history.problem).toMatchObject({ code: 'storage-failed' });
    expect(notes(history)).toEqual(['lost']);
    expect(() => open().all()).toThrowError(/storage-failed/);
    rmSync(join(directory, 'log'));
    history.append(note('written'));
    expect(history.problem).toBeNull();
    expect(notes(history)).toEqual(['written', 'lost']);
    expect(notes(open())).toEqual(['written']);
  });

  it('goes on when its folder was deleted meanwhile', () => {
    const history = open();
    history.append(note('a'));
    rmSync(join(directory, 'log'), { recursive: true });
    history.append(note('b'));
    expect(history.problem).toMatchObject({ code: 'storage-failed' });
    history.append(note('c'));
    expect(history.problem).toBeNull();
    expect(notes(open())).toEqual(['c']);
  });

  it('filters by text in any field and letter case, by kind and by pairing', () => {
    const [one, two] = [randomUUID(), randomUUID()];
    const history = open();
    history.append({ kind: 'paired', result: 'ok', pairingId: one, posId: 'Büro-1', serial: '18500ABC' });
    history.append({ kind: 'address-moved', result: 'ok', pairingId: one, from: '10.0.0.7:8443', to: 'x' });
    history.append({
      kind: 'status',
      result: 'timed-out',
      pairingId: two,
      from: 'connected',
      to: 'unreachable',
    });
    history.append({ kind: 'removed', result: 'ok', pairingId: two, note: 'Bar' });
    const kinds = (filter: Parameters<History['read']>[0]['filter']) =>
      history.read({ ...(filter && { filter }), offset: 0, limit: 10 }).entries.map(({ kind }) => kind);
    expect(kinds({ text: 'BÜRO' })).toEqual(['paired']);
    expect(kinds({ text: ' 10.0.0.7 ' })).toEqual(['address-moved']);
    expect(kinds({ text: '18500abc' })).toEqual(['paired']);
    expect(kinds({ text: 'timed-out' })).toEqual(['status']);
    expect(kinds({ text: 'bar' })).toEqual(['removed']);
    expect(kinds({ kinds: ['paired', 'removed'] })).toEqual(['removed', 'paired']);
    expect(kinds({ pairingId: two })).toEqual(['removed', 'status']);
    expect(kinds({ pairingId: one, text: 'ok', kinds: ['paired'] })).toEqual(['paired']);
    expect(kinds({ text: '', kinds: [] })).toHaveLength(4);
    expect(kinds({ text: 'nowhere' })).toEqual([]);
  });

  it('pages, counting all that match', () => {
    const history = open();
    for (let i = 0; i < 25; i += 1) history.append(note(String(i)));
    const page = history.read({ filter: { text: '1' }, offset: 10, limit: 5 });
    expect(page.total).toBe(12);
    expect(page.entries.map((entry) => entry.note)).toEqual(['10', '1']);
    expect(history.read({ offset: 50, limit: 5 })).toEqual({ entries: [], total: 25 });
  });

  it('lets no private key or certificate in', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----';
    const history = open();
    history.append({ ...note(`got ${pem} for it`), from: pem });
    history.append(note('-----BEGIN RSA PRIVATE KEY-----\nMIIEvQ cut off'));
    const stored = readFileSync(newestFile(), 'utf8');
    expect(stored).not.toMatch(/MIIEvQ|BEGIN/i);
    expect(history.all()[1]).toMatchObject({ note: 'got [PEM removed] for it' });
  });

  it('keeps an entry on one line and short', () => {
    const history = open();
    history.append(note(`a\nb\r\n${'x'.repeat(5000)}`));
    const [entry] = open().all();
    expect(entry?.note).toMatch(/^a b x+…$/);
    expect(entry?.note).toHaveLength(HISTORY_TEXT_LIMIT);
    expect(readFileSync(newestFile(), 'utf8').split('\n')).toHaveLength(2);
  });

  describe('among files that cannot be read', () => {
    const notices = () => {
      const list = new StorageNotices();
      const told = () => list.all.map(({ what, kind, file }) => `${what} ${kind} ${file}`);
      const opened = new History({ directory: join(directory, 'log'), now, limit: 20, notices: list });
      return { opened, told };
    };
    const segment = (number: number) => join(directory, 'log', `history-0000000${number}.jsonl`);

    it.each([
      ['a folder', () => mkdirSync(segment(2))],
      ['a link to a foreign file', () => symlinkSync(join(directory, 'foreign'), segment(2))],
    ])('shows the others and goes on, old or newest: %s', (_what, replace) => {
      writeFileSync(join(directory, 'foreign'), 'mine');
      const full = open(20);
      for (const text of ['a', 'b', 'c', 'd']) full.append(note(text));
      rmSync(segment(2));
      replace();
      // The newest one cannot be read, so the next entry begins another one.
      const { opened, told } = notices();
      opened.append(note('e'));
      expect(opened.problem).toBeNull();
      expect(notes(opened)).toEqual(['e', 'b', 'a']);
      expect(told()).toEqual(['history unreadable history-00000002.jsonl']);
      // Now it is an old one.
      const again = notices();
      again.opened.append(note('f'));
      expect(notes(again.opened)).toEqual(['f', 'e', 'b', 'a']);
      expect(again.told()).toEqual(['history unreadable history-00000002.jsonl']);
      expect(existsSync(segment(2))).toBe(true);
      expect(readFileSync(join(directory, 'foreign'), 'utf8')).toBe('mine');
    });

    it('follows no link in place of its folder', () => {
      const foreign = join(directory, 'foreign');
      mkdirSync(foreign);
      writeFileSync(join(foreign, 'x.new.json'), 'mine');
      symlinkSync(foreign, join(directory, 'log'));
      const { opened, told } = notices();
      opened.append(note('a'));
      expect(opened.problem).toMatchObject({ code: 'storage-failed' });
      expect(notes(opened)).toEqual(['a']);
      expect(told()).toEqual(['history foreign log']);
      expect(readdirSync(foreign)).toEqual(['x.new.json']);
    });

    it('tells of a file without a single good line, and of a newer version', () => {
      const history = open(20);
      for (const text of ['a', 'b', 'c', 'd', 'e']) history.append(note(text));
      writeFileSync(segment(1), 'gar\nbage\n');
      appendFileSync(segment(3), '{"at":"2026-03-01T09:00:00.000Z","kind":"teleported","result":"ok"}\n');
      const { opened, told } = notices();
      expect(notes(opened)).toEqual(['e', 'd', 'c']);
      expect(told()).toEqual([
        'history damaged history-00000001.jsonl',
        'history newer-version history-00000003.jsonl',
      ]);
    });

    it('clears leftovers away, and closes its folder to others', () => {
      open().append(note('a'));
      writeFileSync(join(directory, 'log', 'x.json.tmp-12'), '');
      chmodSync(join(directory, 'log'), 0o755);
      expect(notes(open())).toEqual(['a']);
      expect(files()).toHaveLength(1);
      if (process.platform !== 'win32') expect(statSync(join(directory, 'log')).mode & 0o777).toBe(0o700);
    });
  });

  it('finds the folder it was given, also one that is there already', () => {
    mkdirSync(join(directory, 'log'));
    const history = open();
    history.append(note('a'));
    expect(history.problem).toBeNull();
  });
});

describe('exports', () => {
  const entry: HistoryEntry = { at: '2026-03-01T08:00:01.000Z', kind: 'renamed', result: 'ok' };
  const header = '\ufeffat,kind,result,pairingId,posId,serial,from,to,note';
  const row = (more: Partial<HistoryEntry>) => historyToCsv([{ ...entry, ...more }]).split('\r\n')[1];

  it('writes CSV with a header and CRLF', () => {
    expect(historyToCsv([])).toBe(`${header}\r\n`);
    expect(historyToCsv([{ ...entry, posId: 'POS-1', to: 'Bar' }, entry])).toBe(
      [
        header,
        '2026-03-01T08:00:01.000Z,renamed,ok,,POS-1,,,Bar,',
        '2026-03-01T08:00:01.000Z,renamed,ok,,,,,,',
        '',
      ].join('\r\n'),
    );
  });

  it.each([
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['plain – text', 'plain – text'],
  ])('quotes %j', (text, expected) => {
    expect(historyToCsv([{ ...entry, note: text }])).toContain(`,${expected}\r\n`);
  });

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '|calc',
    '%1',
    '\t=1',
    '＝1+1',
    '｜calc',
    '％1',
    ' =1',
    ' \t +1',
    '\u00a0@SUM(A1)',
    '\u3000－1',
    '\ufeff=1',
    '\u200b=1',
    ' \u0000=1',
  ])('defuses the formula %j', (text) => {
    expect(row({ posId: text })).toContain(`,'${text},`);
  });

  it('defuses and quotes at once', () => {
    expect(row({ note: '=HYPERLINK("http://x","y")' })).toContain(`,"'=HYPERLINK(""http://x"",""y"")"`);
    expect(historyToCsv([{ ...entry, note: '\r=1' }])).toContain(`,"'\r=1"\r\n`);
  });

  it('writes JSON that reads back the same', () => {
    const entries = [{ ...entry, note: 'Register 2 – "bar"' }, entry];
    expect(JSON.parse(historyToJson(entries))).toEqual(entries);
    expect(historyToJson([])).toBe('[]\n');
  });
});
