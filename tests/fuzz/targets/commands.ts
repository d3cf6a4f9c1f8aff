import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { z } from 'zod';
import { COMMAND_NAMES, COMMON_OPTIONS, SECRET_NAMES, specOf } from '../../../electron/cli/command-specs.ts';
import { CliError, EXITS } from '../../../electron/cli/exit-codes.ts';
import { readInputs } from '../../../electron/cli/inputs.ts';
import { parseCommandLine } from '../../../electron/cli/parse.ts';
import { explain } from '../../../electron/cli/problem.ts';
import {
  ENDPOINT_FILE,
  ENDPOINT_FOLDER,
  endpointSchema,
  replySchema,
} from '../../../electron/command/protocol.ts';
import { serveCommands } from '../../../electron/command/server.ts';
import { commandLine } from '../../support/command-line.ts';
import type { Choices } from '../choices.ts';
import { mutateBytes } from '../mutate/bytes.ts';
import { mutateJson } from '../mutate/json.ts';
import { anyText, must, mutated, type Target, target } from '../target.ts';

/** Stands for a secret, in its place or in a wrong one. */
const SECRET = 'S3CR3T-8QW1YS1D';
const EXIT_CODES: ReadonlySet<number> = new Set(Object.values(EXITS).map(({ code }) => code));

const OPTIONS = COMMAND_NAMES.flatMap((name) => Object.keys({ ...specOf(name).options, ...COMMON_OPTIONS }));
const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...new Set(OPTIONS)).map((name) => `--${name}`) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(...SECRET_NAMES)
      .chain((name) =>
        fc.constantFrom(`--${name}-stdin`, `--${name}-fd`, `--${name}`, `--${name}=${SECRET}`),
      ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(SECRET, '3', '0', '1', '-', '--', '127.0.0.1', 'POS-1', 'wss', '--json', ''),
  },
  { weight: 1, arbitrary: anyText },
);
const commandWords = fc
  .constantFrom(...COMMAND_NAMES, 'policy', 'help', '--help', SECRET)
  .map((name) => name.split(' '));

/** A command with what it needs, so that more than the first mistake is reached. */
const complete = fc.constantFrom(...COMMAND_NAMES).chain((name) => {
  const { options, secrets, operand } = specOf(name);
  const needed = Object.entries(options).flatMap(([option, { required }]) =>
    required ? [`--${option}`, 'x'] : [],
  );
  const asked = Object.entries(secrets).flatMap(([secret, need]) =>
    need === 'required' ? [`--${secret}-stdin`] : [],
  );
  const words = [...name.split(' '), ...needed, ...asked, ...(operand ? ['-'] : [])];
  return fc
    .tuple(fc.nat({ max: words.length }), fc.array(word, { maxLength: 2 }))
    .map(([at, more]) => [...words.slice(0, at), ...more, ...words.slice(at)]);
});

interface Line {
  readonly args: readonly string[];
  readonly pieces: readonly Uint8Array[];
}

async function readLine({ args, pieces }: Line): Promise<string> {
  try {
    const parsed = parseCommandLine(args);
    if (parsed.kind === 'help') return 'help';
    const inputs = await readInputs(parsed.invocation, {
      stdin: (async function* () {
        yield* pieces;
      })(),
      readFd: async (fd) => {
        if (fd % 2 === 0) throw new Error('EBADF: bad file descriptor, read');
        return pieces[0] ?? Buffer.alloc(0);
      },
    });
    for (const secret of Object.values(inputs.secrets)) must(secret !== '', 'a secret is never empty');
    return 'ok';
  } catch (thrown) {
    if (!(thrown instanceof CliError)) throw thrown;
    const { problem } = explain(thrown);
    must(!JSON.stringify(problem).includes(SECRET), 'nothing that may be a secret is repeated');
    return problem.code;
  }
}

/** Commands that reach no network. */
const LOCAL = [
  ['status'],
  ['status', '--json'],
  ['--help'],
  ['history'],
  ['rename', '--id', 'x', '--name', 'y'],
  ['remove', '--pos-id', '7', '--pin-stdin'],
  ['trust-root', '-'],
  ['unknown'],
];
const request = (change: object): string =>
  JSON.stringify({
    ask: 'run',
    token: '{token}',
    args: ['status'],
    cwd: '/tmp',
    secrets: { pin: SECRET },
    rest: '',
    ...change,
  });

async function socketTarget(): Promise<Target> {
  const line = commandLine();
  const server = await serveCommands({ folder: line.folder, host: line.host, who: 'window' });
  const file = join(line.folder, ENDPOINT_FOLDER, ENDPOINT_FILE);
  const { path, token } = endpointSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const replies = (data: Buffer): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(path);
      let text = '';
      socket.setEncoding('utf8');
      socket.on('data', (piece: string) => {
        text += piece;
      });
      socket.on('error', () => {});
      socket.once('close', () => resolve(text));
      // What has no end is ended here: the server waits ten seconds for it.
      socket.end(data);
    });
  const seeds = [
    ...LOCAL.map((args) => request({ args })),
    request({ ask: 'who' }),
    request({ token: 'wrong' }),
    request({ rest: '-----BEGIN CERTIFICATE-----\n', args: ['trust-root', '-'] }),
  ].map((text) => Buffer.from(`${text}\n`));
  const mutate = (data: Buffer, choices: Choices): Buffer =>
    choices.below(3) === 0
      ? mutateBytes(data, choices, ['\n', '{token}', '"ask":"run"', '\\u0000', SECRET])
      : Buffer.from(
          `${mutateJson(data.toString().trimEnd(), choices, ['{token}', 'who', 'status', SECRET])}\n`,
        );
  return target({
    name: 'command-socket',
    about: 'Frames at the local command socket, with and without the token',
    share: 5,
    reaches: ['refused', 'who', 'exit 0', 'exit 2', 'closed'],
    inputs: mutated(seeds, mutate),
    run: async (data) => {
      const text = await replies(Buffer.from(data.toString('latin1').replaceAll('{token}', token), 'latin1'));
      must(!text.includes(SECRET) && !text.includes(token), 'neither secrets nor the token are repeated');
      if (text === '') return 'closed';
      must(text.endsWith('\n'), 'replies are whole lines');
      const read = z.array(replySchema).parse(
        text
          .trimEnd()
          .split('\n')
          .map((reply) => JSON.parse(reply)),
      );
      const last = read.at(-1);
      if (last?.type !== 'exit') return last?.type ?? 'closed';
      must(
        EXIT_CODES.has(last.code) && last.code !== EXITS.failed.code,
        `an exit code with a meaning: ${last.code}`,
      );
      return `exit ${last.code}`;
    },
    close: async () => {
      await server.close();
      await line.close();
    },
  });
}

export async function commandTargets(): Promise<Target[]> {
  return [
    target<Line>({
      name: 'command-line',
      about: 'Words of the command line, and standard input with secrets',
      share: 70,
      reaches: ['ok', 'help', 'usage'],
      inputs: fc.record({
        args: fc.oneof(
          { weight: 2, arbitrary: complete },
          {
            weight: 1,
            arbitrary: fc
              .tuple(commandWords, fc.array(word, { maxLength: 9 }))
              .map(([words, more]) => [...words, ...more]),
          },
        ),
        pieces: fc.array(
          fc.oneof(
            fc
              .constantFrom(`${SECRET}\n`, `${SECRET}\r\n`, '\n', '\ufeff', SECRET, 'x'.repeat(5_000))
              .map((text) => Buffer.from(text)),
            fc.uint8Array({ maxLength: 40 }),
          ),
          { maxLength: 5 },
        ),
      }),
      run: readLine,
    }),
    await socketTarget(),
  ];
}
