import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describeMachine } from '../bench/document.ts';
import { type Row, tableOf } from '../long-tests/result.ts';

const FILE = resolve(import.meta.dirname, '../../docs/disk.md');

/** Writes docs/disk.md. */
export function writeDiskDocument(
  rows: readonly Row[],
  {
    cleared,
    starts,
    minutes,
  }: { readonly cleared: number; readonly starts: number; readonly minutes: number },
): void {
  const of = (...areas: string[]) => rows.filter(({ area }) => areas.includes(area));
  const sum = (area: string) => of(area).reduce((total, { tries }) => total + tries, 0);
  const text = `# Disk

What the app makes of a crash in the middle of writing, of spoiled files, of disks that take nothing, and of a key store that is gone. \`npm run test:disk\` writes this page; \`npm test\` does some of each in half a minute. The folders are real ones, read and written by the app's own code in plain Node; what is found afterwards is found by a new start of the core.

| File in the data folder | Spoiled | Not to be read, or of a newer version |
| --- | --- | --- |
| \`vault/pairings/*.json\` | Set aside and told; the other pairings work | Told, left alone, never overwritten |
| \`vault/root-cas/*.json\` | Set aside and told; never another Root CA | Told, left alone |
| \`vault/settings.json\` | Set aside and told; defaults | Told, left alone, never overwritten |
| \`vault/bridges/*.json\` | Set aside and told; the bridge is off | Told, left alone, never overwritten |
| \`vault/manager-pin.json\` | Told and left: a spoiled file does not turn the PIN off | Told, left, locked |
| \`vault/managed-pin.json\`, read under a policy that sets the PIN | Told; the PIN of the policy holds, and its tries are counted from none, over the file | The same |
| \`vault/policy.json\` | Done without, and written anew: a copy of the last good policy | The same |
| \`vault/versions.json\` | Set aside, not told; an old feed is not known as one, and that an update was installed, or not, is not told | Not told, left alone, never overwritten; meanwhile the same is not known |
| \`vault/drafts.json\` | Done without, not told, and written anew by the next export; what a crash has left of one before is not cleared away | The same |
| \`vault/window.json\` | Done without, and written anew | The same |
| \`history/history-*.jsonl\` | The line is skipped, at a spoiled line end the two beside it | Told, the other files are read |
| \`history/timeline/day-*.jsonl\` | The same | Left out |

Set aside: renamed to \`….damaged-….json\` in the same folder, byte for byte, and named in the notice where there is one. Each document and each line has a checksum (CRC-32), so that no flipped bit passes for another name, POS ID or address. A document without one, of an older version or put right by hand, counts as it stands; to use a damaged one all the same, correct it, take its \`checksum\` out and give it its old name back.

## Killed while writing

A process writes without end and is ended by \`kill -9\` up to 30 ms after it has begun. It says what a document will hold before each step, so each document must be the old one or the new one, with nothing left over, nothing told, and no line missing; the next process goes on in the same folder. ${sum('kill').toLocaleString('en')} kills, ${cleared.toLocaleString('en')} of which had left files in the middle of a write, which the next start cleared away.

${tableOf(of('kill'))}

Steps that write two documents, such as a pairing and its line of history, may end between them; each is whole.

## Every bit flipped

One bit at a time, all ${sum('flip').toLocaleString('en')} of them: what is read of a document is the same, as when the bit is one of the checksum's name, or damaged; of lines, those that are left say what they said. With each 29th of them, and with all that are read as they were, the app is started (${starts.toLocaleString('en')} starts): what is lost is told as in the table above, all other files are as they were, and the spoiled one is kept.

${tableOf(of('flip'))}

## Spoiled files, and files that cannot be read

${tableOf(of('file', 'denied'))}

Afterwards a file that cannot be read is given back, and must be there again as it was, unless it was written anew.

## Disks that take nothing

A small disk in memory is filled, or made read-only, for each of: renaming, a setting, a Root CA, a bridge, the manager PIN, removing a pairing, a connection kit, a support report. Each is done as a whole, or refused with a clear error and nothing has changed; then there is room again, and it must work.

${tableOf(of('disk'))}

## Key store

The error says which of the three it is. What cannot be opened stays as it is until the pairing is made anew, and works again when the key store does.

${tableOf(of('key store'))}

## What this does not show

A process that is killed, not a computer that loses its power: what the disk itself loses then is for \`fsync\` to prevent, which each document gets before it takes its name, and lines of the history do not. Windows has its own tests (\`npm run test:windows\`), in which other programs hold files and processes are killed at each step. Real key stores are asked in the end-to-end tests.

${describeMachine()}, shared with other work; ${new Date().toISOString().slice(0, 10)}, ${Math.round(minutes)} minutes.
`;
  writeFileSync(FILE, text);
  // Tables are formatted like the rest of the project.
  execFileSync('npx', ['biome', 'format', '--write', FILE], { stdio: 'ignore' });
}
