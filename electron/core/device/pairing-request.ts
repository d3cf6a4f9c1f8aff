import type { RawData } from 'ws';
import type { SetupCode } from '../../../shared/brands.ts';
import type { ErrorCode } from '../../../shared/errors.ts';
import { type DeviceAddress, formatAuthority, type Transport } from '../../../shared/inputs.ts';
import { Failure, failure } from '../failure.ts';
import { progressOf } from '../pki/credentials.ts';
import { redact } from '../redact.ts';
import { ANSWER_LIMIT, tooLarge } from './answer-limit.ts';
import type { VerifiedConnection } from './connection.ts';
import { cancellable } from './deadline.ts';
import { exchange } from './http-answer.ts';
import { errorResponseFailure, httpStatusFailure, parseDeviceMessage, upgradeFailure } from './messages.ts';
import { readBody } from './read-body.ts';
import { socketFailure } from './socket-errors.ts';
import { openWebSocket } from './web-socket.ts';
import { wipeReceived } from './wipe-received.ts';

export interface PairingRequestOptions {
  /** A connection whose device is proved; it is used up by the request. */
  readonly connection: VerifiedConnection;
  readonly address: DeviceAddress;
  readonly transport: Transport;
  readonly posId: string;
  /** Secret: goes into the request body and nowhere else. */
  readonly setupCode: SetupCode;
  readonly signal: AbortSignal;
  /** Called with what the device has to say before its answer, such as the text of an `OperationStatusResponse`. */
  readonly onStatus: (message: string) => void;
}

const WAITING_FOR = 'the answer to the connection code';

/**
 * Milliseconds without a further message after which an answer in several messages counts as complete. There is no
 * event for its end: a device may keep the channel open. A chain that ends at a delivered root, or a close, ends it
 * at once.
 */
const QUIET_MS = { usable: 300, part: 3_000 } as const;
/** PEM blocks that may come one by one; each of them is read again with those before it. */
const MOST_MESSAGES = 64;

/** The alert by which servers ask for a client certificate that is missing, whatever their TLS library calls it. */
const demandsCertificate = ({ appError: { code, detail } }: Failure): boolean =>
  code === 'device-demands-certificate' ||
  code === 'mtls-refused' ||
  /ALERT[_ ]HANDSHAKE[_ ]FAILURE/i.test(detail);

/** Whether this register has presented a certificate of its own in the handshake. */
const presentsCertificate = ({ socket }: VerifiedConnection): boolean => {
  const own = socket.getCertificate();
  return own !== null && 'raw' in own;
};

/**
 * What the end of a connection before any answer means. In TLS 1.3 a device that wants a client certificate says so
 * only at the first read (RFC 8446 section 4.4.2.4), when the code may be on its way already; its app never sees it.
 */
function withoutAnswer(reason: Failure, connection: VerifiedConnection, codeSent: boolean): Failure {
  const { code, detail } = reason.appError;
  if (demandsCertificate(reason) && !presentsCertificate(connection))
    return failure('device-demands-certificate', detail);
  return codeSent && ENDS_OF_CONNECTION.has(code) ? failure('no-answer', detail) : reason;
}

/** However a connection ends once the code was sent, what counts is that the code may be used up. */
const ENDS_OF_CONNECTION: ReadonlySet<ErrorCode> = new Set(['connection-lost', 'tls-failed', 'not-tls']);

async function overHttps({
  connection,
  address,
  signal,
  setupCode,
  posId,
}: PairingRequestOptions): Promise<string> {
  const body = JSON.stringify({ posId, setupCode });
  const head = [
    'POST / HTTP/1.1',
    `Host: ${formatAuthority(address)}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Accept: */*',
    'Connection: close',
  ];
  let codeSent = false;
  const answer = await exchange(connection.socket, `${head.join('\r\n')}\r\n\r\n${body}`, {
    signal,
    waitingFor: WAITING_FOR,
    onSent: () => {
      codeSent = true;
    },
  }).catch((thrown: unknown) => {
    throw thrown instanceof Failure ? withoutAnswer(thrown, connection, codeSent) : thrown;
  });
  if (answer.status < 200 || answer.status > 299)
    throw httpStatusFailure(answer.status, answer.body, [setupCode]);
  const message = parseDeviceMessage(answer.body);
  if (message?.type === 'ErrorResponse') throw errorResponseFailure(message, [setupCode]);
  // A code is good once: keys that arrived are not thrown away for what is missing behind them.
  if (answer.flaw && !isUsable(progressOf(answer.body))) throw answer.flaw;
  return answer.body;
}

const isUsable = (progress: ReturnType<typeof progressOf>): boolean =>
  progress === 'usable' || progress === 'complete';

/** One text for what came in several messages; {@link progressOf} and `readCredentials` read it like any other. */
const joined = (messages: readonly string[]): string =>
  messages.length === 1 ? (messages[0] ?? '') : JSON.stringify(messages);

/** A message as text. Its bytes are wiped: there may be a private key in them. */
function takeText(data: RawData): string {
  const parts = Array.isArray(data) ? data : [Buffer.isBuffer(data) ? data : Buffer.from(data)];
  const [only] = parts;
  const whole = only && parts.length === 1 ? only : Buffer.concat(parts);
  const text = whole.toString('utf8');
  for (const bytes of [whole, ...parts]) bytes.fill(0);
  return text;
}

async function overWebSocket(options: PairingRequestOptions): Promise<string> {
  const { connection, address, signal, setupCode, posId, onStatus } = options;
  /** Messages with keys or certificates in them. */
  const parts: string[] = [];
  /** The latest message that is neither such nor of a known form. */
  let strange: string | undefined;
  const received = () => (parts.length > 0 ? joined(parts) : strange);
  const whole = cancellable<string>(signal, WAITING_FOR, (resolve, reject) => {
    const socket = openWebSocket(connection, address);
    let isOpen = false;
    let codeSent = false;
    let size = 0;
    let quiet: NodeJS.Timeout | undefined;
    const answer = () => {
      clearTimeout(quiet);
      resolve(joined(parts));
      socket.close(1000);
    };
    const fail = (reason: Failure) => {
      clearTimeout(quiet);
      reject(isOpen ? reason : withoutAnswer(reason, connection, false));
    };

    socket.once('open', () => {
      isOpen = true;
      socket.send(JSON.stringify({ posId, setupCode }), (error) => {
        if (!error) codeSent = true;
      });
    });
    socket.on('message', (data) => {
      const text = takeText(data);
      const message = parseDeviceMessage(text);
      if (message?.type === 'ErrorResponse' && parts.length === 0) {
        reject(errorResponseFailure(message, [setupCode]));
        socket.close(1000);
        return;
      }
      const alone = progressOf(text);
      if (alone === 'nothing') {
        if (message?.message) onStatus(redact(message.message, [setupCode]));
        else if (!message && codeSent) strange = text;
        return;
      }
      size += text.length;
      if (size > ANSWER_LIMIT) {
        reject(tooLarge());
        socket.close(1009);
        return;
      }
      parts.push(text);
      const progress = parts.length === 1 ? alone : progressOf(joined(parts));
      clearTimeout(quiet);
      if (progress === 'complete' || parts.length >= MOST_MESSAGES) answer();
      else quiet = setTimeout(answer, progress === 'usable' ? QUIET_MS.usable : QUIET_MS.part);
    });
    socket.once('unexpected-response', (_request, response) => {
      const status = response.statusCode ?? 0;
      readBody(
        response,
        (text) => reject(upgradeFailure(status, text)),
        () => reject(upgradeFailure(status, '')),
      );
    });
    socket.once('close', (code, reason) => {
      const detail = redact(`WebSocket closed: ${code} ${reason.toString()}`, [setupCode]);
      fail(failure(codeSent ? 'no-answer' : 'connection-lost', detail));
    });
    socket.on('error', (error) => fail(webSocketFailure(error, isOpen, codeSent)));
    return () => {
      clearTimeout(quiet);
      socket.terminate();
    };
  });
  return whole.catch((thrown: unknown) => {
    const text = received();
    const code = thrown instanceof Failure ? thrown.appError.code : undefined;
    // What came is judged as an answer: that says more than how the waiting for the rest of it ended.
    if (text !== undefined && code !== undefined && ENDS_OF_WAITING.has(code)) return text;
    throw thrown;
  });
}

const ENDS_OF_WAITING: ReadonlySet<ErrorCode> = new Set(['no-answer', 'answer-malformed', 'timed-out']);

function webSocketFailure(error: Error & { code?: string }, isOpen: boolean, codeSent: boolean): Failure {
  if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return tooLarge();
  const detail = `${error.code ?? ''} ${error.message}`.trim();
  // Without a code it is the client library's word on the answer to the upgrade.
  if (!isOpen && (error instanceof Failure || error.code === undefined || /^(HPE|WS_ERR)/.test(error.code)))
    return failure('upgrade-refused', detail);
  if (error.code?.startsWith('WS_ERR')) return failure('answer-malformed', detail);
  const mapped = socketFailure(error);
  const { code } = mapped.appError;
  return codeSent && ENDS_OF_CONNECTION.has(code) ? failure('no-answer', mapped.appError.detail) : mapped;
}

/**
 * Sends `{"posId":"…","setupCode":"…"}` (vendor page "Request Certificates for the POS System") and returns the
 * device's answer as text. Throws {@link Failure}: before the code has left `connection-lost`, `upgrade-refused`,
 * `device-demands-certificate`; then `code-rejected`, `pos-id-in-use`, `device-error`, `http-status`, `no-answer`,
 * `answer-too-large`, `answer-malformed`; at any time `timed-out`, `cancelled`.
 */
export async function requestCredentials(options: PairingRequestOptions): Promise<string> {
  const { socket } = options.connection;
  const wipe = wipeReceived(socket);
  try {
    return await (options.transport === 'https' ? overHttps(options) : overWebSocket(options));
  } finally {
    // A polite WebSocket close is already under way; this ends what is left.
    socket.end();
    wipe();
  }
}
