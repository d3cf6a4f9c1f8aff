import type { z } from 'zod';
import { DOCUMENTS, errorDocumentSchema } from '../../electron/cli/documents.ts';
import { EXITS, type Exit } from '../../electron/cli/exit-codes.ts';
import { check, type Place } from './place.ts';
import type { ProgramEnd } from './session.ts';

/** The published form of what each command prints. */
const FORMS: { readonly [Name in keyof typeof DOCUMENTS]: z.ZodType<z.infer<(typeof DOCUMENTS)[Name]>> } =
  DOCUMENTS;

export interface Typed {
  /** What is on standard input. */
  readonly input?: string;
  /** Whether the session's display is there for the command. */
  readonly display?: boolean;
}

/** What Chromium complains of on a system without services, such as that there is no system bus. */
const OF_CHROMIUM = /^\[\d+:\d{4}\/\d{6}\.\d+:[A-Z]+:.*\n+/gm;

/** Runs a command of the installed program to its end, as its user. */
const run = ({ session }: Place, args: readonly string[], { input = '', display = true }: Typed = {}) =>
  session.run(['pos-pairing', ...args], input, display ? [] : ['DISPLAY', 'WAYLAND_DISPLAY']);

function expectExit(args: readonly string[], { status, out, err }: ProgramEnd, exit: Exit): void {
  const { code } = EXITS[exit];
  check(`\`${args.join(' ')}\` ends with ${code}`, status === code, `${status}\n${out}${err}`);
}

/** What a command that does its work prints with `--json`, by its published form, and beside it on standard error. */
export async function did<Name extends keyof typeof DOCUMENTS>(
  place: Place,
  name: Name,
  args: readonly string[],
  typed?: Typed,
): Promise<{ readonly document: z.infer<(typeof DOCUMENTS)[Name]>; readonly err: string }> {
  const all = [...name.split(' '), ...args, '--json'];
  const ended = await run(place, all, typed);
  expectExit(all, ended, 'ok');
  return { document: FORMS[name].parse(JSON.parse(ended.out)), err: ended.err.replaceAll(OF_CHROMIUM, '') };
}

/** That a command ends by this kind; what it prints on standard output. */
export async function ends(
  place: Place,
  exit: Exit,
  args: readonly string[],
  typed?: Typed,
): Promise<unknown> {
  const ended = await run(place, [...args, '--json'], typed);
  expectExit(args, ended, exit);
  return JSON.parse(ended.out);
}

/** That a command ends by this kind for this reason, one of the error catalogue or of the command line. */
export async function refuses(
  place: Place,
  exit: Exit,
  code: string,
  args: readonly string[],
  typed?: Typed,
): Promise<string> {
  const { error } = errorDocumentSchema.parse(await ends(place, exit, args, typed));
  check(`\`${args.join(' ')}\` is refused as ${code}`, error.code === code, JSON.stringify(error));
  return error.detail;
}
