import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { CommandIo, Inputs } from '../cli/command.ts';
import { CliError } from '../cli/exit-codes.ts';
import {
  ENDPOINT_FILE,
  ENDPOINT_FOLDER,
  endpointSchema,
  type Reply,
  type Request,
  replySchema,
  type Who,
} from './protocol.ts';

type Unsigned<T> = T extends unknown ? Omit<T, 'token'> : never;

/** Connects to the process that has the data folder; undefined when none takes commands. */
async function open(
  folder: string,
): Promise<{ readonly socket: Socket; readonly token: string } | undefined> {
  try {
    const text = await readFile(join(folder, ENDPOINT_FOLDER, ENDPOINT_FILE), 'utf8');
    const { path, token } = endpointSchema.parse(JSON.parse(text));
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return { socket, token };
  } catch {
    return undefined;
  }
}

/** Asks, and hands on each reply until the connection ends; false when nobody takes commands. */
async function ask(
  folder: string,
  request: Unsigned<Request>,
  onReply: (reply: Reply) => void,
  signal?: AbortSignal,
): Promise<boolean> {
  const opened = await open(folder);
  if (!opened) return false;
  const { socket, token } = opened;
  const onAbort = () => socket.destroy();
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (piece: string) => {
    text += piece;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) onReply(replySchema.parse(JSON.parse(line)));
  });
  // What was lost shows in what is missing.
  socket.on('error', () => socket.destroy());
  socket.write(`${JSON.stringify({ ...request, token })}\n`);
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  signal?.removeEventListener('abort', onAbort);
  return true;
}

/**
 * Has the process that has the data folder run a command. Returns its exit code, or undefined when none takes commands.
 * Throws {@link CliError} `app-ended`, `interrupted`.
 */
export async function forwardCommand(
  folder: string,
  args: readonly string[],
  { secrets, rest }: Inputs,
  { cwd, signal, writeOut, writeErr }: CommandIo,
): Promise<number | undefined> {
  let code: number | undefined;
  let isRefused = false;
  const isTaken = await ask(
    folder,
    { ask: 'run', args: [...args], cwd, secrets, rest },
    (reply) => {
      if (reply.type === 'out') writeOut(reply.text);
      else if (reply.type === 'err') writeErr(reply.text);
      else if (reply.type === 'exit') code = reply.code;
      else isRefused = true;
    },
    signal,
  );
  // Of a process that has just ended, and another one took its place.
  if (!isTaken || isRefused) return undefined;
  if (code !== undefined) return code;
  if (signal.aborted) throw new CliError('interrupted', 'Ended before it was done.');
  throw new CliError('app-ended', 'The app ended before the command did.');
}

/** What kind of process has the data folder; undefined when none takes commands. */
export async function whoServes(folder: string): Promise<Who | undefined> {
  let who: Who | undefined;
  await ask(folder, { ask: 'who' }, (reply) => {
    if (reply.type === 'who') who = reply.who;
  });
  return who;
}
