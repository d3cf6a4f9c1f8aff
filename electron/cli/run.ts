import type { CommandContext, CommandHost, CommandIo, Inputs, Outcome } from './command.ts';
import type { CommandName } from './command-specs.ts';
import { bridge } from './commands/bridge.ts';
import { move, remove, rename } from './commands/change.ts';
import { check } from './commands/check.ts';
import { doctor } from './commands/doctor.ts';
import { exportKit } from './commands/export.ts';
import { find } from './commands/find.ts';
import { hashNewPin } from './commands/hash-pin.ts';
import { history } from './commands/history.ts';
import { pair } from './commands/pair.ts';
import { status } from './commands/status.ts';
import { trustRoot } from './commands/trust-root.ts';
import { DOCUMENTS, errorDocumentSchema } from './documents.ts';
import { CliError, EXITS, type Exit } from './exit-codes.ts';
import type { Invocation } from './parse.ts';
import { explain } from './problem.ts';

/** `bridge` writes its lines itself, as they come. */
const COMMANDS: Readonly<
  Record<Exclude<CommandName, 'bridge'>, (context: CommandContext) => Promise<Outcome<unknown>>>
> = {
  pair,
  status,
  check,
  doctor,
  find,
  export: exportKit,
  rename,
  move,
  remove,
  'trust-root': trustRoot,
  history,
  'policy hash-pin': hashNewPin,
};

/** Says what went wrong: the one document for programs, or a line for people. Returns the exit code. */
export function reportError(
  thrown: unknown,
  json: boolean,
  { writeOut, writeErr }: Pick<CommandIo, 'writeOut' | 'writeErr'>,
): number {
  const { problem, exit } = explain(thrown);
  if (json) writeOut(`${JSON.stringify(errorDocumentSchema.parse({ error: problem }))}\n`);
  else
    writeErr(
      `${problem.number ? `${problem.number} ` : ''}${problem.message}\n${problem.detail ? `${problem.detail}\n` : ''}`,
    );
  return EXITS[exit].code;
}

/** Runs `work` with what the manager PIN on the command line allows; afterwards it allows nothing more. */
async function asManager<T>(context: CommandContext, work: () => Promise<T>): Promise<T> {
  const { invocation, inputs, core } = context;
  const { pin } = inputs.secrets;
  const { state } = core.manager.state;
  if (pin === undefined || invocation.command === 'policy hash-pin' || state === 'off') return work();
  await core.manager.unlock(pin);
  // Whoever unlocked the window goes on where they were.
  if (state === 'unlocked') return work();
  try {
    return await work();
  } finally {
    core.manager.lock();
  }
}

async function runInContext(context: CommandContext): Promise<Exit> {
  const { invocation, io } = context;
  const { command, json } = invocation;
  // From here on each command listens for it.
  if (io.signal.aborted) throw new CliError('interrupted', 'Ended before it was begun.');
  if (command === 'bridge') return bridge(context);
  const { exit, document, text } = await COMMANDS[command](context);
  // Parsing also strips what the schema does not name.
  io.writeOut(json ? `${JSON.stringify(DOCUMENTS[command].parse(document), null, 2)}\n` : text);
  return exit;
}

/** Runs a command on a core. Never rejects; returns the exit code. */
export async function runCommand(
  invocation: Invocation,
  inputs: Inputs,
  host: CommandHost,
  io: CommandIo,
): Promise<number> {
  const progress = (line: string) => io.writeErr(`${line}\n`);
  const context: CommandContext = { ...host, invocation, inputs, io, progress };
  try {
    return EXITS[await asManager(context, () => runInContext(context))].code;
  } catch (thrown) {
    return reportError(thrown, invocation.json, io);
  }
}
