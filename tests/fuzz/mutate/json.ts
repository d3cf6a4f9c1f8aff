import { type Choices, pick } from '../choices.ts';
import { mutateText } from './text.ts';

const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'length',
  '',
  '0',
  'version',
  'type',
  '\ufeff',
] as const;
const VALUES: readonly [unknown, ...unknown[]] = [
  ...[null, true, false, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER + 2, 2, 99_999_999_999],
  ...[
    '',
    'x',
    '\0',
    '-----BEGIN CERTIFICATE-----',
    [],
    [[]],
    {},
    [null],
    { __proto__: null },
    'x'.repeat(5_000),
  ],
] as const;

const nest = (value: unknown, depth: number): unknown =>
  depth === 0 ? value : nest(depth % 2 === 0 ? [value] : { a: value }, depth - 1);

/** One change somewhere in a value as JSON has it. */
export function mutateValue(value: unknown, choices: Choices, tokens: readonly string[] = []): unknown {
  const isHolder = value !== null && typeof value === 'object';
  // Mostly further down: there are more places.
  if (isHolder && choices.below(12) !== 11) {
    const entries = Object.entries(value);
    const chosen = choices.below(entries.length);
    const [key = ''] = entries[chosen] ?? [];
    const changed = entries.flatMap(([name, item], at): [string, unknown][] => {
      if (at !== chosen) return [[name, item]];
      switch (choices.below(8)) {
        case 0:
          return [];
        case 1:
          return [[mutateText(name, choices, tokens), item]];
        case 2:
          return [
            [name, item],
            [pick(choices, KEYS), item],
          ];
        default:
          return [[name, mutateValue(item, choices, tokens)]];
      }
    });
    if (!Array.isArray(value)) return ownProperties(changed);
    const items = changed.map(([, item]) => item);
    return choices.below(6) === 0 ? [...items, ...items.slice(Number(key))] : items;
  }
  switch (choices.below(14)) {
    case 0:
      return pick(choices, VALUES);
    case 1:
      return [value];
    case 2:
      return { value };
    case 3:
      return JSON.stringify(value) ?? '';
    case 4:
      return nest(value, choices.below(choices.below(8) === 0 ? 3_000 : 12));
    default:
      if (typeof value === 'string') return mutateText(value, choices, tokens);
      if (typeof value === 'number')
        return pick(choices, [value + 1, -value, value * 1_000, value + 0.5, String(value), value - 1]);
      return pick(choices, VALUES);
  }
}

/** Also `__proto__` becomes a property of its own, as JSON.parse makes it. */
function ownProperties(entries: readonly [string, unknown][]): unknown {
  const made: object = {};
  for (const [name, value] of entries)
    Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true });
  return made;
}

const parsed = (json: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(json) };
  } catch {
    return undefined;
  }
};

/** Deeper values cannot be written by JSON.stringify. */
function written(value: unknown, indent?: number): string {
  try {
    return JSON.stringify(value, null, indent) ?? '';
  } catch {
    return '['.repeat(10_000);
  }
}

/** One change of a JSON text: of its value mostly, or of how it is written. */
export function mutateJson(json: string, choices: Choices, tokens: readonly string[] = []): string {
  const found = parsed(json);
  if (!found || choices.below(8) === 7) return mutateText(json, choices, tokens);
  switch (choices.below(30)) {
    case 0:
      return `\ufeff${json}`;
    case 1:
      return json.replaceAll('\\n', '\n');
    case 2:
      return `${json}${json}`;
    case 3:
      return '['.repeat(1 << choices.below(14)) + json;
    case 4:
      return json.replace(/"(\w+)":/, '"$1":null,"$1":');
    case 5:
      return written(found.value, 2);
    default:
      return written(mutateValue(found.value, choices, tokens));
  }
}
