import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { History } from '../../../electron/core/history/history.ts';
import { TimelineRecorder } from '../../../electron/core/timeline/timeline-recorder.ts';
import { StorageNotices } from '../../../electron/core/vault/notices.ts';
import { group } from '../case.ts';
import { holdFile } from '../held-files.ts';
import { kill, startRole, until } from '../own-process.ts';

const FIRST = 'history-00000001.jsonl';
const BEAT_MS = 5 * 60_000;
const START = Date.parse('2026-03-01T08:00:00Z');

function open(directory: string, limit = 10_000) {
  const notices = new StorageNotices();
  const history = new History({ directory, now: Date.now, limit, notices });
  return {
    history,
    add: (note: string) => history.append({ kind: 'paired', result: 'ok', note }),
    notes: () => history.all().map(({ note }) => note),
    told: () => notices.all.map(({ what, kind }) => `${what} ${kind}`),
  };
}

export default group(
  'history',
  {
    'keeps entries over a restart, newest first': ({ folder }) => {
      const { add } = open(folder);
      add('a');
      add('b');
      open(folder).add('レジ – ä');
      assert.deepEqual(open(folder).notes(), ['レジ – ä', 'b', 'a']);
    },
    'drops whole files from its old end': ({ folder }) => {
      const { add, notes } = open(folder, 20);
      for (let number = 1; number <= 100; number += 1) add(String(number));
      assert.equal(notes().length, 20);
      assert.equal(readdirSync(folder).length, 11);
      assert.deepEqual(open(folder, 20).notes()[0], '100');
    },
    'adds an entry as soon as another program lets go of the file': async ({ folder }) => {
      const { history, add } = open(folder);
      add('a');
      await holdFile(join(folder, FIRST), 400);
      add('b');
      assert.equal(history.problem, null);
      assert.deepEqual(open(folder).notes(), ['b', 'a']);
    },
    'reads its files as soon as another program lets go of them': async ({ folder }) => {
      open(folder).add('a');
      await holdFile(join(folder, FIRST), 400);
      const { notes, told } = open(folder);
      assert.deepEqual([notes(), told()], [['a'], []]);
    },
    'shows an entry that cannot be written, and goes on afterwards': {
      alone: true,
      run: async ({ folder }) => {
        const { history, add, notes } = open(folder);
        add('a');
        const letGo = await holdFile(join(folder, FIRST));
        add('b');
        assert.equal(history.problem?.code, 'storage-failed');
        assert.equal(notes()[0], 'b');
        await letGo();
        add('c');
        assert.equal(history.problem, null);
        assert.equal(notes()[0], 'c');
        assert.deepEqual(open(folder).notes(), ['c', 'a']);
      },
    },
    'tells of a file that stays held, and reads the others': {
      alone: true,
      run: async ({ folder }) => {
        const { add } = open(folder, 20);
        for (const note of ['a', 'b', 'c']) add(note);
        const letGo = await holdFile(join(folder, FIRST));
        const { notes, told } = open(folder, 20);
        assert.deepEqual([notes(), told()], [['c'], ['history unreadable']]);
        await letGo();
      },
    },
    'killed in the middle, loses its last line at most': async ({ folder }) => {
      const writer = startRole('append-on', folder);
      const file = join(folder, FIRST);
      await until('entries are written', () => existsSync(file) && statSync(file).size > 5_000);
      await kill(writer);
      const { history, add, notes } = open(folder);
      add('after');
      assert.ok(notes().length > 10);
      assert.ok(history.damagedLines <= 1);
      const [after, ...before] = open(folder).notes();
      assert.equal(after, 'after');
      assert.deepEqual(
        before,
        before.map((_, index) => String(before.length - index)),
      );
    },
    'of a week: what a held file does not take is written later': async ({ folder }) => {
      let now = START;
      const timeline = new TimelineRecorder(folder, () => now);
      const linesAfterABeat = () => {
        now += BEAT_MS;
        timeline.tick();
        return readFileSync(join(folder, 'day-20260301.jsonl'), 'utf8').trimEnd().split('\n').length;
      };
      const before = linesAfterABeat();
      const letGo = await holdFile(join(folder, 'day-20260301.jsonl'));
      now += BEAT_MS;
      timeline.tick();
      await letGo();
      assert.equal(linesAfterABeat(), before + 2);
    },
  },
  {
    'append-on': (folder = '') => {
      const { add } = open(folder);
      for (let number = 1; ; number += 1) add(String(number));
    },
  },
);
