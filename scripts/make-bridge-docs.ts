import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  BRIDGE_CLOSE_CAUSES,
  type BridgeCloseCause,
  bridgeCloseCode,
  type TillFate,
} from '../shared/bridge-close-codes.ts';

export const BRIDGE_DOCS = join(resolve(import.meta.dirname, '..'), 'docs/bridge.md');

const START = '<!-- close codes: written by npm run docs:bridge -->';
const END = '<!-- end of close codes -->';

const FATES: readonly TillFate[] = ['not-handed-over', 'outcome-unknown'];

/** Every code there is, with its meaning, in the order of the numbers. */
export const allCloseCodes = () =>
  FATES.flatMap((fate) =>
    (Object.keys(BRIDGE_CLOSE_CAUSES) as BridgeCloseCause[]).flatMap((name) => {
      const cause = BRIDGE_CLOSE_CAUSES[name];
      if ('only' in cause && cause.only !== fate) return [];
      return [{ code: bridgeCloseCode(fate, name), fate, when: cause.when, till: cause.till }];
    }),
  );

/** The table of close codes, one row each, from shared/bridge-close-codes.ts. */
export function closeCodeRows(): string[][] {
  return allCloseCodes().map(({ code, fate, when, till }) => [
    String(code),
    when,
    fate === 'not-handed-over' ? `Not handed over. ${till}` : `Outcome unknown: ask the device. ${till}`,
  ]);
}

function table(): string {
  const rows = [['Code', 'When', 'What the till does'], ['---', '---', '---'], ...closeCodeRows()];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

if (process.argv[1] === import.meta.filename) {
  const text = readFileSync(BRIDGE_DOCS, 'utf8');
  const [from, to] = [text.indexOf(START), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${BRIDGE_DOCS} has no place for the table`);
  writeFileSync(BRIDGE_DOCS, `${text.slice(0, from)}${START}\n\n${table()}\n\n${text.slice(to)}`);
  // Tables are formatted like the rest of the project.
  execFileSync('npx', ['biome', 'format', '--write', BRIDGE_DOCS], { stdio: 'ignore' });
}
