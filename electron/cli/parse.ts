import { parseArgs } from 'node:util';
import {
  COMMAND_NAMES,
  COMMON_OPTIONS,
  type CommandName,
  type CommandSpec,
  SECRET_NAMES,
  type SecretName,
  specOf,
} from './command-specs.ts';
import { usageError } from './exit-codes.ts';
import { helpOf, overview } from './help.ts';

/** Where a secret is read from. */
type SecretSource = { readonly kind: 'stdin' } | { readonly kind: 'fd'; readonly fd: number };

/** A command line that can be run. */
export interface Invocation {
  readonly command: CommandName;
  readonly json: boolean;
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly switches: ReadonlySet<string>;
  readonly operand: string | undefined;
  /** In the order they are read. */
  readonly secrets: ReadonlyMap<SecretName, SecretSource>;
}

export type Parsed =
  | { readonly kind: 'command'; readonly invocation: Invocation }
  | { readonly kind: 'help'; readonly text: string };

const MOST_FD = 1023;
const isCommand = (word: string): word is CommandName => COMMAND_NAMES.some((name) => name === word);
const isSecret = (name: string): name is SecretName => SECRET_NAMES.some((secret) => secret === name);

/** The command, of one word or two, and what stands behind it. */
function splitCommand(args: readonly string[]): {
  readonly command: CommandName;
  readonly rest: readonly string[];
} {
  for (const words of [1, 2]) {
    const command = args.slice(0, words).join(' ');
    if (isCommand(command)) return { command, rest: args.slice(words) };
  }
  throw usageError('Unknown command. pos-pairing --help lists them.');
}

/** Every option that the command takes, by its name. */
function optionsOf({
  options,
  secrets,
}: CommandSpec): Map<string, { readonly takesValue: boolean; readonly many: boolean }> {
  const known = new Map<string, { takesValue: boolean; many: boolean }>();
  for (const [name, { value, many }] of Object.entries({ ...COMMON_OPTIONS, ...options }) as [
    string,
    CommandSpec['options'][string],
  ][])
    known.set(name, { takesValue: value !== undefined, many: many === true });
  for (const secret of Object.keys(secrets)) {
    known.set(`${secret}-stdin`, { takesValue: false, many: false });
    known.set(`${secret}-fd`, { takesValue: true, many: false });
  }
  return known;
}

function parseFd(text: string): number {
  const fd = /^\d{1,4}$/.test(text) ? Number(text) : -1;
  if (fd < 0 || fd > MOST_FD || fd === 1 || fd === 2)
    throw usageError('A file descriptor is 0, or 3 and up.');
  return fd;
}

function sourceOf(
  secret: SecretName,
  values: ReadonlyMap<string, readonly string[]>,
  switches: ReadonlySet<string>,
): SecretSource | undefined {
  const fromStdin = switches.has(`${secret}-stdin`);
  const fd = values.get(`${secret}-fd`)?.[0];
  if (fromStdin && fd !== undefined)
    throw usageError(`--${secret}-stdin and --${secret}-fd exclude each other.`);
  if (fd !== undefined) return { kind: 'fd', fd: parseFd(fd) };
  return fromStdin ? { kind: 'stdin' } : undefined;
}

/**
 * Reads a command line, without the program and Chromium's own switches. Nothing that was given is repeated in a
 * message: it may be a secret in the wrong place. Throws {@link CliError} `usage`.
 */
export function parseCommandLine(args: readonly string[]): Parsed {
  const [first = ''] = args;
  if (first === '--help' || first === 'help') return { kind: 'help', text: overview() };
  const { command, rest } = splitCommand(args);
  const spec = specOf(command);
  const known = optionsOf(spec);
  const { tokens } = parseArgs({
    args: [...rest],
    options: Object.fromEntries(
      [...known].map(
        ([name, { takesValue }]) => [name, { type: takesValue ? 'string' : 'boolean' }] as const,
      ),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string[]>();
  const switches = new Set<string>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, value } = token;
    if (isSecret(name))
      throw usageError(`A secret is never given as an argument: use --${name}-stdin or --${name}-fd N.`);
    const option = known.get(name);
    // What is no option may be a secret as well.
    if (!option || token.rawName === `-${name}`) throw usageError(unknownOption(command, name));
    if (!option.takesValue) {
      if (value !== undefined) throw usageError(`--${name} takes no value.`);
      switches.add(name);
      continue;
    }
    if (value === undefined || (!token.inlineValue && value.startsWith('--')))
      throw usageError(`--${name} needs a value.`);
    const earlier = values.get(name) ?? [];
    if (earlier.length > 0 && !option.many) throw usageError(`--${name} can be given once.`);
    values.set(name, [...earlier, value]);
  }
  if (switches.has('help')) return { kind: 'help', text: helpOf(command) };
  if (operands.length > (spec.operand ? 1 : 0))
    throw usageError(`${command} takes ${spec.operand ? `one ${spec.operand.name}` : 'options only'}.`);
  for (const [name, { required }] of Object.entries(spec.options))
    if (required && !values.has(name)) throw usageError(`${command} needs --${name}.`);
  const secrets = new Map<SecretName, SecretSource>();
  for (const secret of SECRET_NAMES) {
    const need = spec.secrets[secret];
    const source = need && sourceOf(secret, values, switches);
    if (source) secrets.set(secret, source);
    else if (need === 'required') throw usageError(`${command} needs --${secret}-stdin or --${secret}-fd N.`);
  }
  return {
    kind: 'command',
    invocation: { command, json: switches.has('json'), values, switches, operand: operands[0], secrets },
  };
}

/** Names an option only when it looks like one: nothing that may be a secret is repeated. */
function unknownOption(command: CommandName, name: string): string {
  const shown = /^[a-z][a-z-]{1,24}$/.test(name) ? ` --${name}` : '';
  return `Unknown option${shown}. pos-pairing ${command} --help lists them.`;
}

/** The value of an option that is given once. */
export const optionOf = ({ values }: Pick<Invocation, 'values'>, name: string): string | undefined =>
  values.get(name)?.[0];

/** The value of an option that the parser has made sure of. */
export function requiredOption(invocation: Pick<Invocation, 'values'>, name: string): string {
  const value = optionOf(invocation, name);
  if (value === undefined) throw usageError(`--${name} is needed.`);
  return value;
}
