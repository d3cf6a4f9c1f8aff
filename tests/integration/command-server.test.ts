import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CommandIo } from '../../electron/cli/command.ts';
import { forwardCommand, whoServes } from '../../electron/command/client.ts';
import { REQUEST_LIMIT } from '../../electron/command/protocol.ts';
import { type CommandServer, serveCommands } from '../../electron/command/server.ts';
import type { AttemptEnd } from '../../electron/core/news.ts';
import { createVendorPki } from '../simulator/device.ts';
import { commandLine } from '../support/command-line.ts';
import { trustAll } from '../support/core.ts';

const NOTHING = { secrets: {}, rest: '' };
let folder: string;
let line: ReturnType<typeof commandLine>;
let server: CommandServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pos-commands-'));
  line = commandLine();
  server = await serveCommands({ folder, host: line.host, who: 'window' });
});
afterEach(async () => {
  await server.close();
  await line.close();
  rmSync(folder, { recursive: true, force: true });
});

const endpointFile = () => join(folder, 'commands', 'endpoint.json');
const endpoint = (): { path: string; token: string } => JSON.parse(readFileSync(endpointFile(), 'utf8'));

function caller(signal = new AbortController().signal) {
  const said = { out: '', err: '' };
  const io: CommandIo = {
    cwd: folder,
    signal,
    writeOut: (text) => {
      said.out += text;
    },
    writeErr: (text) => {
      said.err += text;
    },
  };
  return { io, said };
}

/** What is answered to a raw line. */
const answerTo = (text: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(endpoint().path);
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (piece: string) => {
      answer += piece;
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(answer));
    socket.write(text);
  });
const request = (change: object) =>
  `${JSON.stringify({ ask: 'run', token: endpoint().token, args: ['status'], cwd: folder, ...NOTHING, ...change })}\n`;

it('runs a command for another process of this user', async () => {
  const { io, said } = caller();
  expect(await forwardCommand(folder, ['status', '--json'], NOTHING, io)).toBe(0);
  expect(said).toEqual({ out: '[]\n', err: '' });
  expect(await whoServes(folder)).toBe('window');
});

it('parses what is asked like any command line', async () => {
  const { io, said } = caller();
  expect(await forwardCommand(folder, ['status', '--pin=295713'], NOTHING, io)).toBe(2);
  expect(said.err).toContain('never given as an argument');
  expect(await forwardCommand(folder, ['pair', '--help'], NOTHING, io)).toBe(0);
});

it.skipIf(process.platform === 'win32')('is closed to other users', () => {
  expect(statSync(join(folder, 'commands')).mode & 0o777).toBe(0o700);
  expect(statSync(endpointFile()).mode & 0o777).toBe(0o600);
  expect(statSync(endpoint().path).mode & 0o777).toBe(0o600);
});

it.each([
  ['another token', () => request({ token: 'x' })],
  ['no token', () => request({ token: undefined })],
  ['what is no JSON', () => 'hello\n'],
  ['another request', () => request({ ask: 'quit' })],
  ['a secret of another kind', () => request({ secrets: { privateKey: 'x' } })],
  ['too many arguments', () => request({ args: Array.from({ length: 200 }, () => 'x') })],
  ['a line without an end', () => 'x'.repeat(REQUEST_LIMIT + 1)],
])('does nothing for %s', async (_what, make) => {
  expect(await answerTo(make())).toBe('{"type":"refused"}\n');
});

it('ends a command whose caller has gone', async () => {
  await trustAll(line.core, (await createVendorPki()).root.certificatePem);
  const cancel = new AbortController();
  const { io } = caller(cancel.signal);
  const silent = createServer(() => cancel.abort());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const ended = new Promise<AttemptEnd>((resolve) => {
    line.host.hear((news) => {
      if (news.type === 'pairing-ended') resolve(news.end);
    });
  });
  const args = ['pair', `--address=127.0.0.1:${port}`, '--pos-id=P', '--serial=1850012345', '--code-stdin'];
  const call = forwardCommand(folder, args, { secrets: { code: '8QW1YS1D' }, rest: '' }, io);
  await expect(call).rejects.toMatchObject({ code: 'interrupted' });
  expect((await ended).result).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  await server.finish();
  silent.close();
});

it('is nobody’s any more once it is closed, or when what it left is not its own', async () => {
  await server.close();
  const { io } = caller();
  expect(await forwardCommand(folder, ['status'], NOTHING, io)).toBeUndefined();
  writeFileSync(endpointFile(), 'nonsense');
  expect(await forwardCommand(folder, ['status'], NOTHING, io)).toBeUndefined();
  expect(await whoServes(folder)).toBeUndefined();
});
