import { readFileSync } from 'node:fs';

const MOST = 72;

/** `commit-subject.ts FILE`: refuses a commit message whose subject is too long or runs into the body. */
const [subject = '', second = ''] = readFileSync(process.argv[2] ?? '', 'utf8').split(/\r?\n/);
const length = [...subject].length;
const complaint =
  length > MOST
    ? `The subject has ${length} characters; at most ${MOST} fit. The why goes below, after an empty line.`
    : second !== '' && !second.startsWith('#')
      ? 'An empty line is missing between the subject and the why below.'
      : null;
if (complaint !== null) {
  console.error(complaint);
  process.exitCode = 1;
}
