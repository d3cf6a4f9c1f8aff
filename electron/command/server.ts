import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeOwnerFile } from '../adapters/owner-file.ts';
import type { CommandHost } from '../cli/command.ts';
import { parseCommandLine } from '../cli/parse.ts';
import { reportError, runCommand } from '../cli/run.ts';
import { hashToken, makeToken, matchesToken } from '../core/bridge/token.ts';
import { makeOwnFolder, OWNER_ONLY, tidyOwnFolder } from '../core/vault/own-files.ts';
import {
  ENDPOINT_FILE,
  ENDPOINT_FOLDER,
  REQUEST_LIMIT,
  type Reply,
  type Request,
  requestSchema,
  type Who,
} from './protocol.ts';

/** Milliseconds for a whole request. */
const REQUEST_MS = 10_000;
/** Longest path of a Unix socket that every system takes, in bytes. */
const SOCKET_PATH_LIMIT = 100;

export interface CommandServerParts {
  /** The data folder, which this process alone has. */
  readonly folder: string;
  readonly host: CommandHost;
  readonly who: Who;
}

export interface CommandServer {
  /** Takes no more commands, and waits for those that run. */
  finish(): Promise<void>;
  /** Ends those that run as well. */
  close(): Promise<void>;
}

/** Where the socket is, with its own folder if it needed one. Windows has pipes with names, which nobody can guess. */
function socketPlace(folder: string): { readonly path: string; readonly scratch?: string } {
  if (process.platform === 'win32')
    return { path: `\\\\.\\pipe\\pos-pairing-${randomBytes(16).toString('hex')}` };
  const path = join(folder, 'socket');
  if (Buffer.byteLength(path) <= SOCKET_PATH_LIMIT) return { path };
  const scratch = mkdtempSync(join(tmpdir(), 'pos-pairing-'));
  return { path: join(scratch, 'socket'), scratch };
}

/** Reads one line of JSON. Ends the connection of whoever sends something else, too much, or nothing. */
function readRequest(socket: Socket, onRequest: (request: Request | undefined) => void): void {
  let text = '';
  const timer = setTimeout(() => socket.destroy(), REQUEST_MS);
  const onData = (piece: string) => {
    text += piece;
    const end = text.indexOf('\n');
    if (end < 0 && text.length <= REQUEST_LIMIT) return;
    clearTimeout(timer);
    socket.off('data', onData);
    socket.resume();
    onRequest(end < 0 ? undefined : parseRequest(text.slice(0, end)));
  };
  socket.setEncoding('utf8');
  socket.on('data', onData);
  socket.once('close', () => clearTimeout(timer));
}

function parseRequest(line: string): Request | undefined {
  try {
    return requestSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/**
 * Takes commands from other processes of this user: over a socket in a folder that is closed to others, and from those
 * only that can read the token beside it. What is asked is parsed like any command line. Throws the system's error, and
 * {@link Failure} `storage-failed`.
 */
export async function serveCommands({ folder, host, who }: CommandServerParts): Promise<CommandServer> {
  const own = join(folder, ENDPOINT_FOLDER);
  makeOwnFolder(own);
  tidyOwnFolder(own);
  const { path, scratch } = socketPlace(own);
  if (process.platform !== 'win32') rmSync(path, { force: true });
  const token = makeToken();
  const tokenHash = hashToken(token);
  const running = new Set<Promise<void>>();
  const sockets = new Set<Socket>();

  const run = async (socket: Socket, request: Extract<Request, { ask: 'run' }>): Promise<void> => {
    const cancel = new AbortController();
    socket.once('close', () => cancel.abort());
    const reply = (message: Reply) => {
      if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
    };
    const io = {
      cwd: request.cwd,
      signal: cancel.signal,
      writeOut: (text: string) => reply({ type: 'out', text }),
      writeErr: (text: string) => reply({ type: 'err', text }),
    };
    let code: number;
    try {
      const parsed = parseCommandLine(request.args);
      if (parsed.kind === 'help') {
        io.writeOut(parsed.text);
        code = 0;
      } else
        code = await runCommand(
          parsed.invocation,
          { secrets: request.secrets, rest: request.rest },
          host,
          io,
        );
    } catch (thrown) {
      code = reportError(thrown, request.args.includes('--json'), io);
    }
    reply({ type: 'exit', code });
    socket.end();
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    readRequest(socket, (request) => {
      if (!request || !matchesToken(request.token, tokenHash)) {
        socket.end(`${JSON.stringify({ type: 'refused' } satisfies Reply)}\n`);
        return;
      }
      if (request.ask === 'who') {
        socket.end(`${JSON.stringify({ type: 'who', who } satisfies Reply)}\n`);
        return;
      }
      const ran = run(socket, request).finally(() => running.delete(ran));
      running.add(ran);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  if (process.platform !== 'win32') chmodSync(path, OWNER_ONLY.file);
  await writeOwnerFile(join(own, ENDPOINT_FILE), Buffer.from(JSON.stringify({ path, token })));

  const stop = () => {
    rmSync(join(own, ENDPOINT_FILE), { force: true });
    server.close();
    if (scratch) rmSync(scratch, { recursive: true, force: true });
  };
  return {
    finish: async () => {
      stop();
      while (running.size > 0) await Promise.allSettled(running);
    },
    close: async () => {
      stop();
      for (const socket of sockets) socket.destroy();
      await Promise.allSettled(running);
    },
  };
}
