/** Writes a folder in a process of its own, whose disk a test can make small: folder, number of characters. */

import { writeNewFolder } from '../../electron/core/export/write-folder.ts';
import { settle } from '../../electron/core/failure.ts';

const [, , target = '', length = ''] = process.argv;
const done = await settle(() =>
  writeNewFolder(target, [
    { name: 'small.txt', content: 'x' },
    { name: 'large.txt', content: 'x'.repeat(Number(length)) },
  ]),
);
process.stdout.write(done.ok ? 'written' : done.error.code);
