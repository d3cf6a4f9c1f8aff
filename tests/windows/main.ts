/// <reference types="vite/types/importMeta.d.ts" />
import type { Group } from './case.ts';
import { play, ROLE } from './own-process.ts';
import { CASE_ALONE, caseAlone, runCases } from './run-cases.ts';

/**
 * `npm run test:windows` runs this in Node for Windows, bundled with all of groups/ into one file: without vitest, whose
 * native parts Wine does not run. Arguments: the file for the report and, if not all, names of groups; or a role and what it gets.
 */
const groups = Object.values(import.meta.glob<Group>('./groups/*.ts', { eager: true, import: 'default' }));
const [, , first = '', ...rest] = process.argv;
if (first === ROLE) {
  const [name = '', ...args] = rest;
  await play(groups, { [CASE_ALONE]: caseAlone(groups) }, name, args);
} else {
  await runCases(
    groups.filter(({ name }) => rest.length === 0 || rest.includes(name)),
    first,
  );
  process.exit(0);
}
