import { join } from 'node:path/win32';
import { type Policy, policySchema } from './policy-schema.ts';
import type { SystemPolicy } from './read-policy.ts';
import { type RunProgramSync, runProgramSync } from './run-program.ts';
import { unreadablePolicy, wrongPolicy } from './wrong-policy.ts';

const PARENT = 'HKLM\\SOFTWARE\\Policies';
const NAME = 'POS Pairing';
/** The 64-bit view, which group policy writes. */
const VIEW = '/reg:64';
/** `    name    REG_SZ    text`; four blanks stand between the columns, and a name may have blanks itself. */
const VALUE = /^ {4}(.*?) {4}(REG_[A-Z_]+)(?: {4}(.*))?$/;
const KEY = /^HKEY_LOCAL_MACHINE\\(.*)$/;

const QUESTION_MARK = 0x3f;

interface RegistryValue {
  readonly name: string;
  readonly value: string | number | readonly string[];
}

/** The policy of a computer in a Windows domain or under MDM, from `HKLM\SOFTWARE\Policies\POS Pairing`. */
export function registryPolicy(systemRoot: string, run: RunProgramSync = runProgramSync): SystemPolicy {
  // By its path: a program of that name in another folder must not be found first.
  const reg = join(systemRoot, 'System32', 'reg.exe');
  const place = `${PARENT}\\${NAME}`;
  return {
    place,
    read() {
      const found = run(reg, ['query', place, '/s', VIEW]);
      if (found.output) return parseRegistry(textOf(found.output));
      // It ends the same way without the key and without the right to read it: the key above tells them apart.
      const above = run(reg, ['query', PARENT, VIEW]);
      if (above.output === null) return undefined;
      const isThere = above.output.toString('latin1').toUpperCase().includes(`\\${NAME}\r\n`.toUpperCase());
      if (isThere) throw unreadablePolicy(`${place} cannot be read`);
      return undefined;
    },
  };
}

/**
 * reg.exe writes in the code page of the console, which cannot be told from here, and what that lacks as question
 * marks.
 */
function textOf(output: Buffer): string {
  if (output.some((byte) => byte > 0x7e || byte === QUESTION_MARK))
    throw wrongPolicy('the registry values have characters beyond ASCII, or question marks');
  return output.toString('latin1');
}

/**
 * The values that `reg query KEY /s` lists, by the policy's keys: numbers and texts as they are, 0 and 1 where the
 * policy knows a switch, and as a list what is REG_MULTI_SZ or a key of its own with a value for each entry, as group
 * policy writes lists. Throws {@link Failure} `policy-invalid`.
 */
export function parseRegistry(text: string): Record<string, unknown> | undefined {
  const lists = new Map<string, RegistryValue[]>();
  const values: RegistryValue[] = [];
  let into = values;
  for (const line of text.split(/\r?\n/)) {
    const [, key] = KEY.exec(line) ?? [];
    if (key !== undefined) {
      const [, list] = key.split(new RegExp(`\\\\${NAME}(?:\\\\|$)`, 'i'));
      into = list ? (lists.get(list) ?? []) : values;
      if (list) lists.set(list, into);
      continue;
    }
    const [, name = '', type = '', data = ''] = VALUE.exec(line) ?? [];
    if (type === '' && line.trim() !== '') throw wrongPolicy('a registry value has more than one line');
    if (type === '') continue;
    into.push({ name, value: readValue(name, type, data) });
  }
  const all = [
    ...values.map(({ name, value }) => [name, switchOf(name, value)] as const),
    // Group policy leaves an empty key behind when everything in it is "not configured" again.
    ...[...lists]
      .filter(([, entries]) => entries.length > 0)
      .map(([name, entries]) => [name, entries.map(({ value }) => value)] as const),
  ];
  return all.length > 0 ? Object.fromEntries(all) : undefined;
}

function readValue(name: string, type: string, data: string): RegistryValue['value'] {
  switch (type) {
    case 'REG_SZ':
      return data;
    case 'REG_DWORD':
      return Number(data);
    case 'REG_MULTI_SZ':
      return data.split('\\0').filter((entry) => entry !== '');
    default:
      throw wrongPolicy(`${name}: ${type} is none of REG_SZ, REG_DWORD and REG_MULTI_SZ`);
  }
}

const shape: Readonly<Record<string, { safeParse(value: unknown): { success: boolean } }>> =
  policySchema.shape satisfies Record<keyof Policy, unknown>;

/** The registry knows no true and false. */
function switchOf(name: string, value: RegistryValue['value']): unknown {
  const isSwitch = shape[name]?.safeParse(true).success === true;
  return isSwitch && (value === 0 || value === 1) ? value === 1 : value;
}
