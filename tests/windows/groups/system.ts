import assert from 'node:assert/strict';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { systemCode } from '../../../electron/core/vault/own-files.ts';
import { group } from '../case.ts';
import { holdFile } from '../held-files.ts';

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'done';
  } catch (thrown) {
    return systemCode(thrown);
  }
};

/** What the other groups build on: if it does not hold, they show nothing. */
export default group('system', {
  'is Windows': () => {
    assert.equal(process.platform, 'win32');
    assert.equal(sep, '\\');
  },
  'syncs no folders': ({ folder }) => {
    const descriptor = openSync(folder, 'r');
    assert.equal(
      codeOf(() => fsyncSync(descriptor)),
      'EPERM',
    );
    closeSync(descriptor);
  },
  'refuses what another program holds, until it lets go': async ({ folder }) => {
    const [file, fresh] = [join(folder, 'a'), join(folder, 'b')];
    writeFileSync(file, 'old');
    const letGo = await holdFile(file);
    writeFileSync(fresh, 'new');
    assert.equal(
      codeOf(() => readFileSync(file)),
      'EBUSY',
    );
    assert.match(
      codeOf(() => renameSync(fresh, file)),
      /^(EPERM|EACCES|EBUSY)$/,
    );
    await letGo();
    renameSync(fresh, file);
    assert.equal(readFileSync(file, 'utf8'), 'new');
  },
});
