import { parseUpdateInfo } from 'electron-updater/out/providers/Provider.js';
import { type Choices, pick } from '../choices.ts';
import { MOST_BYTES } from './bytes.ts';
import { mutateValue } from './json.ts';
import { mutateText } from './text.ts';

/** What has a meaning of its own in YAML 1.1 or 1.2. */
const SYNTAX = [
  ...['---\n', '...\n', '%YAML 1.1\n', '%TAG ! tag:x,2000:\n', '\n', '\n  ', '\n- ', ': ', '? ', '- ', ' #'],
  ...['&a ', '*a', '<<: *a\n', '<<: [*a, *a]\n', '&a [*a]', '!!binary ', '!!set ', '!!omap ', '!!timestamp '],
  ...['!!str ', '!!int ', '!!js/function ', '! ', '!<x> ', '|\n', '>-\n', '|9+\n', '{', '}', '[', ']', ','],
  ...['~', 'yes', '.inf', '-.nan', '0x1F', '0o7', '1_000', '190:20:30', '2026-11-28', "''", '"\\x00"'],
] as const;

const FEED = 'latest.yml';

/** By the reader of the app, since others take minutes for some texts. */
const parsed = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: parseUpdateInfo(text, FEED, new URL(`https://updates.example/${FEED}`)) };
  } catch {
    return undefined;
  }
};

/** In blocks down to this depth, and like JSON below, which is YAML as well. */
const BLOCKS = 3;

function written(value: unknown, depth = BLOCKS, indent = ''): string {
  if (typeof value === 'string' && /^[A-Za-z][\w.-]*$/.test(value)) return value;
  if (depth === 0 || value === null || typeof value !== 'object') return JSON.stringify(value) ?? '~';
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((item) => `- ${written(item, depth - 1, inner).trimStart()}`)
    : Object.entries(value).map(([name, item]) => `${written(name, 0)}: ${written(item, depth - 1, inner)}`);
  return lines.length === 0 ? JSON.stringify(value) : lines.map((line) => `\n${indent}${line}`).join('');
}

/** What is too deep to be written becomes something deep. */
function rewritten(value: unknown, choices: Choices): string {
  try {
    return written(value, choices.below(4) === 3 ? 0 : BLOCKS).trimStart();
  } catch {
    return '['.repeat(10_000);
  }
}

/** One change of a YAML text: of its value mostly, of its lines, or of how it is written. */
export function mutateYaml(text: string, choices: Choices, tokens: readonly string[] = []): string {
  const lines = text.split('\n');
  const at = choices.below(lines.length);
  const replaced = (...more: readonly string[]) =>
    [...lines.slice(0, at), ...more, ...lines.slice(at + 1)].join('\n');
  const line = lines[at] ?? '';
  switch (choices.below(16)) {
    case 0:
      return mutateText(text, choices, [...SYNTAX, ...tokens]);
    case 1:
      return replaced(line + pick(choices, SYNTAX));
    case 2:
      return replaced(pick(choices, SYNTAX) + line);
    case 3:
      // An anchor, and so many that lead back to it.
      return replaced(line.replace(': ', ': &a '), `x: [${'*a,'.repeat(1 << choices.below(12))}]`);
    case 4:
      return replaced(`base: &a {${line.trim() || 'x'}}`, ...Array(1 << choices.below(8)).fill('<<: *a'));
    case 5:
      return replaced(...Array(1 << choices.below(10)).fill(line)).slice(0, MOST_BYTES);
    case 6:
      return replaced(`${' '.repeat(choices.below(9))}${line.trim()}`);
    case 7:
      return text.replaceAll('\n', pick(choices, ['\r\n', '\r', '\u2028', '\n\n', '\n\t']));
    case 8:
      return pick(choices, ['[', '{a: ', '- ', '? ', "'", '!!seq ']).repeat(1 << choices.below(14)) + text;
    default: {
      const found = parsed(text);
      return found
        ? rewritten(mutateValue(found.value, choices, tokens), choices)
        : mutateText(text, choices, [...SYNTAX, ...tokens]);
    }
  }
}
