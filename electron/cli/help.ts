import {
  COMMAND_NAMES,
  COMMAND_SPECS,
  COMMON_OPTIONS,
  type CommandName,
  SECRET_NAMES,
  SECRETS,
  specOf,
} from './command-specs.ts';
import { EXITS } from './exit-codes.ts';

const WIDTH = 30;
const row = (left: string, right: string): string => `  ${left.padEnd(WIDTH)} ${right}`;

const rowOf = (name: string, { value, help }: { readonly value?: string; readonly help: string }): string =>
  row(value ? `--${name} ${value}` : `--${name}`, help);

/** What the program can do on a command line. */
export function overview(): string {
  return [
    'pos-pairing COMMAND [OPTIONS]',
    '',
    'Commands:',
    ...COMMAND_NAMES.map((name) => row(name, COMMAND_SPECS[name].summary)),
    '',
    'pos-pairing COMMAND --help explains one. Without a command the app opens its window.',
    '',
    'Exit codes:',
    ...Object.values(EXITS).map(({ code, when }) => row(String(code), when)),
    '',
  ].join('\n');
}

/** What one command takes. */
export function helpOf(name: CommandName): string {
  const { summary, operand, options, secrets, notes = [] } = specOf(name);
  const required = Object.entries(options)
    .filter(([, { required: isRequired }]) => isRequired)
    .map(([option, { value }]) => ` --${option} ${value}`);
  const given = SECRET_NAMES.flatMap((secret) => {
    const need = secrets[secret];
    return need === undefined ? [] : [{ secret, need }];
  });
  const stdin = given.map(({ secret, need }) =>
    need === 'required' ? ` --${secret}-stdin` : ` [--${secret}-stdin]`,
  );
  const line = `pos-pairing ${name}${operand ? ` [${operand.name}]` : ''}${required.join('')}${stdin.join('')} [OPTIONS]`;
  return [
    line,
    '',
    summary,
    '',
    'Options:',
    ...(operand ? [row(operand.name, operand.help)] : []),
    ...Object.entries(options).map(([option, spec]) => rowOf(option, spec)),
    ...given.flatMap(({ secret }) => [
      row(`--${secret}-stdin`, `Reads ${SECRETS[secret]} from standard input.`),
      row(`--${secret}-fd N`, 'Reads it from the file descriptor N instead.'),
    ]),
    ...Object.entries(COMMON_OPTIONS).map(([option, spec]) => rowOf(option, spec)),
    ...(given.length > 1
      ? ['', `Standard input, one line each in this order: ${given.map(({ secret }) => secret).join(', ')}.`]
      : []),
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
  ].join('\n');
}
