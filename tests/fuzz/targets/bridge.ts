import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { BridgeServer } from '../../../electron/core/bridge/bridge-server.ts';
import { LockOut } from '../../../electron/core/bridge/lock-out.ts';
import { TillGate } from '../../../electron/core/bridge/till-gate.ts';
import { hashToken, makeToken } from '../../../electron/core/bridge/token.ts';
import type { Choices } from '../choices.ts';
import { mutateBytes } from '../mutate/bytes.ts';
import { mutateText } from '../mutate/text.ts';
import { anyText, must, mutated, type Target, target } from '../target.ts';

const ORIGIN = 'https://till.example';
/** Right or nearly so; `{token}` and `{port}` are put in later. */
const HEADERS = {
  host: [
    '127.0.0.1:{port}',
    'localhost:{port}',
    '[::1]:{port}',
    'evil.example:{port}',
    '127.0.0.1',
    'LOCALHOST:{port}',
  ],
  origin: [ORIGIN, 'null', 'https://evil.example', `${ORIGIN}:443`, `${ORIGIN}.evil.example`],
  authorization: ['Bearer {token}', 'bearer  {token}', 'Basic {token}', 'Bearer x', 'Bearer {token} x'],
  'sec-websocket-protocol': [
    'pos-pairing, token.{token}',
    'token.{token}',
    'pos-pairing',
    'pos-pairing,token.{token},token.x',
  ],
  'sec-fetch-site': ['same-site', 'cross-site', 'none'],
} as const;

type Sent = Partial<Record<keyof typeof HEADERS, string>>;

/** What lets a till in, said once more and otherwise. */
function isEntitled(sent: Sent, token: string, port: number): boolean {
  const host = sent.host?.toLowerCase() ?? '';
  const { origin, authorization, 'sec-websocket-protocol': protocol, 'sec-fetch-site': site } = sent;
  const fromHere = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`].includes(host);
  const fromTill = origin === undefined ? site === undefined : origin === ORIGIN;
  const words = authorization?.split(/ +/) ?? [];
  // No header has a line break or a blank of another width in it; to this gate they are no part of a token.
  const bearer = words[0]?.toLowerCase() === 'bearer' && words.length === 2 && /^\S+$/.test(words[1] ?? '');
  const names = protocol?.split(',').map((name) => name.trim()) ?? [];
  const named = names.includes('pos-pairing')
    ? names.find((name) => name.startsWith('token.'))?.slice('token.'.length)
    : undefined;
  return fromHere && fromTill && (bearer ? words[1] : named) === token;
}

function gateTarget(): Target {
  const token = makeToken();
  const stored = hashToken(token);
  const port = 8765;
  let now = 0;
  const lockOut = new LockOut(
    () => now,
    () => {},
  );
  const gate = new TillGate({
    port: () => port,
    origins: () => [ORIGIN],
    tokenSha256: () => stored,
    lockOut,
  });
  const sent = fc.record(
    Object.fromEntries(
      Object.entries(HEADERS).map(([name, values]) => [
        name,
        fc.oneof(
          { weight: 12, arbitrary: fc.constant<string>(values[0]) },
          { weight: 6, arbitrary: fc.constantFrom<string>(...values) },
          {
            weight: 2,
            arbitrary: mutated<string>(values, (text, choices) =>
              mutateText(text, choices, ['{token}', ',', 'token.']),
            ),
          },
          { weight: 1, arbitrary: anyText },
        ),
      ]),
    ) as Record<keyof typeof HEADERS, fc.Arbitrary<string>>,
    { requiredKeys: ['host'] },
  );
  return target({
    name: 'bridge-gate',
    about: 'Host, Origin and token of who asks the bridge, against a second opinion',
    share: 70,
    reaches: [
      'let-in',
      'refused: host',
      'refused: origin',
      'refused: no-token',
      'refused: wrong-token',
      'refused: locked',
    ],
    inputs: sent,
    run: (given) => {
      const filled: Sent = Object.fromEntries(
        Object.entries(given).map(([name, value]) => [
          name,
          value.replaceAll('{token}', token).replaceAll('{port}', String(port)),
        ]),
      );
      now += 500;
      const admission = gate.judge(filled as IncomingHttpHeaders);
      must(
        (admission.kind === 'let-in') === isEntitled(filled, token, port),
        'who is let in has the token, and comes from here',
      );
      return admission.kind === 'let-in' ? 'let-in' : `refused: ${admission.reason}`;
    },
  });
}

const WORDS = [
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\0',
  ': ',
  'Host: x\r\n',
  'Origin: null\r\n',
  'Content-Length: 9\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Expect: 100-continue\r\n',
  '{token}',
  'GET / HTTP/1.1\r\n',
  'X'.repeat(9_000),
];
const STATUSES: ReadonlySet<number> = new Set([
  101, 200, 204, 400, 401, 403, 404, 405, 408, 413, 417, 426, 429, 431, 505,
]);

async function requestTarget(): Promise<Target> {
  const token = makeToken();
  const gate = new TillGate({
    port: () => port,
    origins: () => [ORIGIN],
    tokenSha256: () => hashToken(token),
    lockOut: new LockOut(
      () => performance.now(),
      () => {},
    ),
  });
  let accepted = 0;
  const server = new BridgeServer({
    gate,
    messageLimitKib: () => 64,
    status: () => ({ state: 'ready' }),
    onTill: (till) => {
      const socket = till.accept();
      if (!socket) return;
      accepted += 1;
      socket.on('error', () => {});
      socket.close(1000);
      setImmediate(() => socket.terminate());
    },
  });
  const port = await server.listen(null);
  const ask = (data: Buffer): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      let text = '';
      socket.on('data', (piece) => {
        text += piece.toString('latin1');
      });
      socket.on('error', () => {});
      socket.once('close', () => resolve(text));
      // What has no end is ended here: the server waits five seconds for it.
      socket.end(data);
    });
  const own = `Host: 127.0.0.1:${port}\r\n`;
  const upgrade = `GET / HTTP/1.1\r\n${own}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`;
  const status = `GET /status HTTP/1.1\r\n${own}Authorization: Bearer {token}\r\n\r\n`;
  const seeds = [
    `${upgrade}Authorization: Bearer {token}\r\n\r\n`,
    `${upgrade}Origin: ${ORIGIN}\r\nSec-WebSocket-Protocol: pos-pairing, token.{token}\r\n\r\n`,
    `${upgrade}Authorization: Bearer wrong\r\n\r\n`,
    status,
    `OPTIONS /status HTTP/1.1\r\n${own}Origin: ${ORIGIN}\r\nAccess-Control-Request-Private-Network: true\r\n\r\n`,
    `POST / HTTP/1.1\r\n${own}Content-Length: 5\r\n\r\nhello`,
  ].map((text) => Buffer.from(text));
  return target({
    name: 'bridge-request',
    about: 'The first bytes of who connects to the bridge, over a real socket',
    share: 5,
    reaches: ['101', '200', '204', '400', '401', '403', '404'],
    inputs: mutated(seeds, (data: Buffer, choices: Choices) => mutateBytes(data, choices, WORDS)),
    run: async (data) => {
      const before = accepted;
      const text = await ask(Buffer.from(data.toString('latin1').replaceAll('{token}', token), 'latin1'));
      must(!text.includes(token), 'the token is never repeated');
      const said = Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0);
      must(text === '' || STATUSES.has(said), `an answer of HTTP that is meant: ${text.slice(0, 40)}`);
      must(
        data.includes('{token}') || (said !== 101 && said !== 200 && accepted === before),
        'nobody is let in without the token',
      );
      if (data.length % 16 === 0)
        must(
          (await ask(Buffer.from(status.replace('{token}', token)))).startsWith('HTTP/1.1 200 '),
          'the next one is answered',
        );
      return text === '' ? 'closed' : String(said);
    },
    close: () => server.close(),
  });
}

export async function bridgeTargets(): Promise<Target[]> {
  return [gateTarget(), await requestTarget()];
}
