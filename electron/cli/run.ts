import type { CommandContext, CommandHost, CommandIo, Inputs, Outcome } from './command.ts';
import type { CommandName } from './command-specs.ts';
import { bridge } from './commands/bridge.ts';
import { move, remove, rename } from './commands/change.ts';
import { check } from './commands/check.ts';
import { checkPolicy } from './commands/check-policy.ts';
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
import { explain, problemOf } from './problem.ts';

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
  'policy check': checkPolicy,
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

/**
 * Lets the core do what the manager PIN on the command line allows; the returned function ends that. Throws as
 * `unlock` does.
 */
async function unlock(
  { command }: Invocation,
  { secrets: { pin } }: Inputs,
  { manager }: CommandHost['core'],
): Promise<() => void> {
  const { state } = manager.state;
  if (pin === undefined || command === 'policy hash-pin' || state === 'off') return () => {};
  await manager.unlock(pin);
  let isOver = state === 'unlocked';
  return () => {
    // Whoever had unlocked the window, or has done so since, goes on where they were.
    if (!isOver) manager.lock();
    isOver = true;
  };
}

/** Whoever reads the output of a script learns that this register does not do what its organisation wants. */
function tellWrongPolicy({ core, progress }: CommandContext): void {
  const { problem, place } = core.policy.view;
  if (!problem) return;
  const { number, message, detail } = problemOf(problem);
  progress(`${number} ${message}\n${place}: ${detail}`);
}

async function runInContext(context: CommandContext): Promise<Exit> {
  const { invocation, io } = context;
  const { command, json } = invocation;
  // From here on each command listens for it.
  if (io.signal.aborted) throw new CliError('interrupted', 'Ended before it was begun.');
  tellWrongPolicy(context);
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
  let endManager = () => {};
  try {
    endManager = await unlock(invocation, inputs, host.core);
    const context: CommandContext = { ...host, invocation, inputs, io, progress, endManager };
    return EXITS[await runInContext(context)].code;
  } catch (thrown) {
    return reportError(thrown, invocation.json, io);
  } finally {
    endManager();
  }
}
