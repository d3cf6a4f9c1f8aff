import { readFile } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { app } from 'electron';
import { type DataFolder, isOnlyInstance, openDataFolder } from '../adapters/data-folder.ts';
import { leanChromium } from '../adapters/lean-chromium.ts';
import { askRootCaService } from '../adapters/root-ca-service.ts';
import { networkLook, onWake } from '../adapters/wake.ts';
import type { CommandHost, CommandIo, Inputs } from '../cli/command.ts';
import { CliError, usageError } from '../cli/exit-codes.ts';
import { readInputs } from '../cli/inputs.ts';
import { type Invocation, parseCommandLine } from '../cli/parse.ts';
import { reportError, runCommand } from '../cli/run.ts';
import { makeCore } from '../make-core.ts';
import { forwardCommand } from './client.ts';
import { runHeadless, whenLeftAlone } from './headless.ts';
import { Listeners } from './listeners.ts';
import { serveCommands } from './server.ts';

/** Milliseconds for another command that is ending to make room. */
const PATIENCE_MS = 20_000;
/** Between two looks at the network. */
const LOOK_MS = 5_000;
const PAUSE_MS = 200;
/** Milliseconds for what runs to end once the command has. */
const CLOSE_MS = 3_000;

export interface CommandAppParts {
  /** A switch that an installed app does not run with. */
  readonly refused: string | undefined;
}

/**
 * Runs one command instead of the app: no window, no tray. Ends the process with the command's exit code. To be awaited
 * by the script that Electron starts: Electron goes on when this has returned, if at all.
 */
export async function runCommandApp(words: readonly string[], { refused }: CommandAppParts): Promise<void> {
  const cancel = new AbortController();
  const io: CommandIo = {
    cwd: process.cwd(),
    signal: cancel.signal,
    writeOut: (text) => process.stdout.write(text),
    writeErr: (text) => process.stderr.write(text),
  };
  const fail = (thrown: unknown) => reportError(thrown, words.includes('--json'), io);
  const onFault = (thrown: unknown) => void exit(fail(thrown));
  process.on('uncaughtException', onFault);
  process.on('unhandledRejection', onFault);
  // Whoever reads may have gone, as `head` does.
  process.stdout.on('error', () => cancel.abort());
  process.stderr.on('error', () => {});
  let invocation: Invocation;
  try {
    const parsed = parseCommandLine(words);
    if (parsed.kind === 'help') {
      io.writeOut(parsed.text);
      void exit(0);
      return;
    }
    if (refused) throw usageError(`The installed app does not run with --${refused}.`);
    invocation = parsed.invocation;
  } catch (thrown) {
    void exit(fail(thrown));
    return;
  }
  const fds = [...invocation.secrets.values()].flatMap((source) => (source.kind === 'fd' ? [source.fd] : []));
  const status = await runHeadless(fds);
  if (status !== undefined) process.exit(status);
  leanChromium();
  app.setActivationPolicy?.('prohibited');
  app.on('before-quit', (event) => {
    event.preventDefault();
    cancel.abort();
  });
  whenLeftAlone(() => cancel.abort());
  const dataFolder = openDataFolder();
  const cancelled = new Promise<never>((_, reject) => {
    cancel.signal.addEventListener(
      'abort',
      () => reject(new CliError('interrupted', 'Ended before it was done.')),
      {
        once: true,
      },
    );
  });
  cancelled.catch(() => {});
  const reading = readInputs(invocation, {
    stdin: process.stdin,
    readFd: promisify<number, Uint8Array>(readFile),
  });
  void Promise.race([reading, cancelled])
    .then((inputs) => run(words, invocation, inputs, dataFolder, io))
    .catch(fail)
    .then(exit);
}

/** By the process that has the data folder, or, where there is none, by a core of its own. */
async function run(
  words: readonly string[],
  invocation: Invocation,
  inputs: Inputs,
  dataFolder: DataFolder,
  io: CommandIo,
): Promise<number> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const code = await forwardCommand(dataFolder.path, words, inputs, io);
    if (code !== undefined) return code;
    if (isOnlyInstance(dataFolder, { command: true })) break;
    if (io.signal.aborted || performance.now() > until)
      throw new CliError('app-unreachable', 'Another process has the data folder and takes no commands.');
    await delay(PAUSE_MS);
  }
  await app.whenReady();
  const listeners = new Listeners();
  const core = makeCore(dataFolder, listeners.tell);
  if (!dataFolder.writable) core.tellUnwritable(dataFolder.path);
  // A register may never have a window.
  core.announcePolicy();
  const wake = () => core.bridges.wake();
  onWake(wake);
  setInterval(networkLook(wake), LOOK_MS).unref();
  const host: CommandHost = { core, hear: listeners.hear, askService: askRootCaService };
  // Other commands meanwhile, such as beside a bridge. Where nothing can be saved there is no place to meet.
  const server = await serveCommands({ folder: dataFolder.path, host, who: 'command' }).catch(
    () => undefined,
  );
  try {
    return await runCommand(invocation, inputs, host, io);
  } finally {
    await (io.signal.aborted ? server?.close() : server?.finish());
    await Promise.race([core.close(), delay(CLOSE_MS)]);
  }
}

/** Ends the process once all that was written is on its way. */
async function exit(code: number): Promise<void> {
  await Promise.all(
    [process.stdout, process.stderr].map(
      (stream) =>
        new Promise<void>((resolve) => {
          stream.write('', () => resolve());
        }),
    ),
  );
  app.exit(code);
}
