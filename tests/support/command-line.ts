import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandHost } from '../../electron/cli/command.ts';
import { readInputs } from '../../electron/cli/inputs.ts';
import { parseCommandLine } from '../../electron/cli/parse.ts';
import type { ApiRequest } from '../../electron/cli/root-ca-service.ts';
import { runCommand } from '../../electron/cli/run.ts';
import { type CoreParts, createCore } from '../../electron/core/core.ts';
import type { Tell } from '../../electron/core/news.ts';
import { CORE_PARTS } from './core.ts';
import { CHEAP_SCRYPT } from './manager.ts';
import { MemoryCipher, MemoryDocuments } from './vault.ts';

export interface CommandRun {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** A core with a command line and nothing else, over documents in memory. */
export function commandLine(change: Partial<CoreParts> = {}, askService?: ApiRequest) {
  const folder = mkdtempSync(join(tmpdir(), 'pos-cli-'));
  const listeners = new Set<Tell>();
  const core = createCore({
    documents: new MemoryDocuments(),
    historyFolder: folder,
    cipher: new MemoryCipher(),
    ...CORE_PARTS,
    scrypt: CHEAP_SCRYPT,
    ...change,
    tell: (news) => {
      for (const listener of listeners) listener(news);
    },
  });
  const host: CommandHost = {
    core,
    hear: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    askService:
      askService ??
      (() => {
        throw new Error('no service in this test');
      }),
  };
  const run = async (
    args: readonly string[],
    stdin = '',
    {
      signal = new AbortController().signal,
      onOut = () => {},
    }: { signal?: AbortSignal; onOut?: (text: string) => void } = {},
  ): Promise<CommandRun> => {
    const parsed = parseCommandLine(args);
    if (parsed.kind !== 'command') throw new Error(parsed.text);
    const { invocation } = parsed;
    const inputs = await readInputs(invocation, {
      stdin: (async function* () {
        yield Buffer.from(stdin);
      })(),
      readFd: async () => Buffer.alloc(0),
    });
    let [out, err] = ['', ''];
    const exit = await runCommand(invocation, inputs, host, {
      cwd: folder,
      signal,
      writeOut: (text) => {
        out += text;
        onOut(text);
      },
      writeErr: (text) => {
        err += text;
      },
    });
    return { exit, out, err };
  };
  return {
    core,
    host,
    folder,
    run,
    /** The document that a command prints with `--json`. */
    json: async (args: readonly string[], stdin = '') => {
      const { exit, out, err } = await run([...args, '--json'], stdin);
      return { exit, err, document: JSON.parse(out) as unknown };
    },
    close: async () => {
      await core.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
