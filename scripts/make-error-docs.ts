import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ERROR_CATALOGUE, ERROR_CODES, type ErrorCode } from '../shared/errors.ts';
import en from '../shared/locales/en.json' with { type: 'json' };
import { TROUBLESHOOTING, troubleshooting } from './make-troubleshooting.ts';

const GROUPS: Readonly<Record<number, string>> = {
  1: 'What was entered',
  2: 'Root CA',
  3: 'Reaching the device',
  4: 'Checking which device answers',
  5: 'Sending the code',
  6: 'Checking the keys',
  7: 'Storing them',
  8: 'Proving the connection',
  9: 'Anything else',
};

const INTRO = `# Error numbers

Staff find the number of an error in its **Details for support** and can tell it on the phone. A number keeps its meaning for ever. What the app says where it knows more, such as a serial number, differs a little.

By what is on the screen, with who can help: [Troubleshooting](troubleshooting.md).

This page is made by \`npm run docs:errors\` from \`shared/errors.ts\` and \`shared/locales/en.json\`.`;

const byNumber = (a: ErrorCode, b: ErrorCode) => ERROR_CATALOGUE[a].number - ERROR_CATALOGUE[b].number;

function entry(code: ErrorCode): string {
  const { title, what, todo } = en.errors[code];
  const { number } = ERROR_CATALOGUE[code];
  return `<a id="error-${number}"></a>**${number} ${title}** (\`${code}\`)\n\n${what} ${todo}`;
}

/** `docs/errors.md`, from the catalogue and the English texts. */
export function errorDocs(): string {
  const groups = Object.entries(GROUPS).map(([digit, title]) => {
    const codes = ERROR_CODES.filter(
      (code) => Math.floor(ERROR_CATALOGUE[code].number / 100) === Number(digit),
    ).toSorted(byNumber);
    return [`## ${digit}xx: ${title}`, ...codes.map(entry)].join('\n\n');
  });
  return `${[INTRO, ...groups].join('\n\n')}\n`;
}

export const ERROR_DOCS = join(resolve(import.meta.dirname, '..'), 'docs/errors.md');

if (process.argv[1] === import.meta.filename) {
  writeFileSync(ERROR_DOCS, errorDocs());
  writeFileSync(TROUBLESHOOTING, troubleshooting());
}
