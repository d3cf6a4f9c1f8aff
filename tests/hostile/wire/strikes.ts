import type { Timing } from '../../../electron/core/context.ts';
import type { ErrorCode } from '../../../shared/errors.ts';
import type { Transport } from '../../../shared/inputs.ts';
import type { Connection, Moment, Struck } from './device.ts';
import {
  alert,
  ENDS,
  emptyRecords,
  type Fault,
  FIN,
  FORGED_RECORD,
  GARBAGE,
  GOODBYE,
  HUGE_RECORD,
  OUT_OF_PLACE,
  PLAIN_HTTP,
  RESET,
  SILENCE,
  SINGLE_BYTES,
  SLOW_LORIS,
  STRANGE_RECORD,
  TINY_RECORDS,
} from './faults.ts';

/** `paired`: proved. `waiting`: the keys are kept, and the proof is tried again later. */
type WireVerdict = 'paired' | 'waiting' | ErrorCode;

export interface Strike extends Struck {
  readonly group: string;
  readonly name: string;
  readonly transport: Transport;
  /** The one, or those between which microseconds or the library decide. */
  readonly expected: readonly WireVerdict[];
  readonly timing: Partial<Timing>;
  /** Whether the code may have been sent by then. */
  readonly codeSent: boolean;
}

/** Long enough for a busy machine to get as far as the fault, short for what never comes. */
const SHORT_MS = 2_500;
const waitsOn = (connection: Connection, moment: Moment): Partial<Timing> => {
  if (connection === 'proof') return { proofMs: SHORT_MS };
  return ['upgraded', 'request', 'half of the answer'].includes(moment)
    ? { answerMs: SHORT_MS }
    : { connectMs: SHORT_MS };
};

/** From there on the code may have been sent: a client of TLS 1.3 speaks right behind its part of the handshake. */
const MAY_HAVE_THE_CODE: ReadonlySet<Moment> = new Set([
  'handshake',
  'ticket',
  'upgraded',
  'request',
  'half of the answer',
  'answer',
]);

type Expected = WireVerdict | readonly WireVerdict[];

function strike(
  connection: Connection,
  moment: Moment,
  fault: Fault,
  transport: Transport,
  expected?: Expected,
): Strike {
  const isEndless = fault === SILENCE || fault === SLOW_LORIS;
  const usual = expected ?? verdictOn(connection, moment, fault, transport);
  const one = typeof usual === 'string' ? [usual] : usual;
  // Who waits for a word after the handshake waits for a moment only; then the same happens to the code's connection.
  const wanted = connection === 'meeting' && moment === 'handshake' ? [...one, 'no-answer' as const] : one;
  return {
    connection,
    moment,
    fault,
    transport,
    expected: wanted,
    group: `${connection}, ${moment}`,
    name: fault.name,
    timing: isEndless && moment !== 'answer' ? waitsOn(connection, moment) : {},
    codeSent: connection === 'proof' || MAY_HAVE_THE_CODE.has(moment),
  };
}

/** What a fault that ends a connection, or delays it for ever, comes to. */
function verdictOn(connection: Connection, moment: Moment, fault: Fault, transport: Transport): Expected {
  if (moment === 'answer') return 'paired';
  if (connection === 'proof') return proofVerdict(moment, fault, transport);
  if (fault === SILENCE || fault === SLOW_LORIS) return 'timed-out';
  if (connection === 'code' && fault === CERTIFICATE_ALERT && moment === 'request' && transport === 'https')
    return 'device-demands-certificate';
  if (connection === 'code' && (moment === 'request' || moment === 'half of the answer')) return 'no-answer';
  // Whether the code was handed to the network before the end was heard of is a matter of microseconds.
  if (connection === 'code' && (moment === 'handshake' || moment === 'upgraded'))
    return ['no-answer', 'connection-lost', 'tls-failed'];
  if (fault === GARBAGE) return moment === 'accepted' || moment === 'client hello' ? 'not-tls' : 'tls-failed';
  return ENDS_WITHOUT_A_WORD.has(fault) ? 'connection-lost' : 'tls-failed';
}

const CERTIFICATE_ALERT = alert(2, 46);
const ENDS_WITHOUT_A_WORD: ReadonlySet<Fault> = new Set([RESET, FIN, GOODBYE]);

/** Nothing but a word against the certificate costs the new keys. */
function proofVerdict(moment: Moment, fault: Fault, transport: Transport): WireVerdict {
  const isWord = fault === CERTIFICATE_ALERT && transport === 'https';
  return isWord && (moment === 'request' || moment === 'half of the answer') ? 'mtls-refused' : 'waiting';
}

/** The same faults at each moment up to the end of a handshake. */
const MOMENTS: readonly Moment[] = ['accepted', 'client hello', 'server hello', 'certificate', 'handshake'];

const ofHandshake = (connection: Connection): readonly Strike[] =>
  MOMENTS.flatMap((moment) =>
    [...ENDS, SLOW_LORIS].map((fault) => strike(connection, moment, fault, 'https')),
  );

const exchangeMoments = (connection: Connection, transport: Transport): readonly Moment[] => {
  if (transport === 'https') return ['request', 'half of the answer', 'answer'];
  return connection === 'code'
    ? ['upgraded', 'request', 'half of the answer']
    : ['upgraded', 'request', 'answer'];
};
const ofExchange = (transport: Transport): readonly Strike[] =>
  (['code', 'proof'] as const).flatMap((connection) =>
    exchangeMoments(connection, transport).flatMap((moment) => [
      ...[...ENDS, SLOW_LORIS, CERTIFICATE_ALERT].map((fault) =>
        strike(connection, moment, fault, transport),
      ),
      strike(connection, moment, TINY_RECORDS, transport, 'paired'),
    ]),
  );

/** What an alert means depends on whether the device has spoken TLS by then (RFC 8446 section 6). */
function alertVerdict(description: number, isDuringHello: boolean): Expected {
  // OpenSSL hangs up at a number that no version of TLS knows, BoringSSL names it.
  if (UNKNOWN_ALERTS.has(description)) return ['connection-lost', 'tls-failed'];
  if (VERSION_ALERTS.has(description)) return 'tls-too-old';
  if (isDuringHello) return AGREEMENT_ALERTS.has(description) ? 'tls-too-old' : 'tls-failed';
  return AGREEMENT_ALERTS.has(description) || CERTIFICATE_ALERTS.has(description)
    ? 'device-demands-certificate'
    : 'tls-failed';
}
const ALERTS = [
  10, 20, 22, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 60, 70, 71, 80, 86, 100, 109, 110, 112, 113,
  115, 116, 120, 255,
];
const UNKNOWN_ALERTS = new Set([255]);
const VERSION_ALERTS = new Set([70, 86]);
const AGREEMENT_ALERTS = new Set([40, 71]);
const CERTIFICATE_ALERTS = new Set([41, 42, 43, 44, 45, 46, 48, 49, 113, 116]);

export const STRIKES: readonly Strike[] = [
  ...ofHandshake('meeting'),
  ...ofHandshake('code'),
  ...ofHandshake('proof'),
  ...ALERTS.flatMap((description) => [
    strike('meeting', 'client hello', alert(2, description), 'https', alertVerdict(description, true)),
    strike('meeting', 'handshake', alert(2, description), 'https', alertVerdict(description, false)),
  ]),
  ...(['accepted', 'client hello', 'server hello', 'handshake'] as const).flatMap((moment, at) => [
    strike('meeting', moment, PLAIN_HTTP, 'https', at < 2 ? 'plain-http' : 'tls-failed'),
    ...[HUGE_RECORD, STRANGE_RECORD, FORGED_RECORD, OUT_OF_PLACE].map((fault) =>
      strike('meeting', moment, fault, 'https', at < 2 ? 'not-tls' : 'tls-failed'),
    ),
  ]),
  ...[SINGLE_BYTES, TINY_RECORDS].flatMap((fault) =>
    (['meeting', 'code', 'proof'] as const).map((connection) =>
      strike(connection, 'client hello', fault, 'https', 'paired'),
    ),
  ),
  strike('meeting', 'client hello', alert(1, 90), 'https', 'paired'),
  strike('meeting', 'client hello', alert(1, 100), 'https', ['tls-failed', 'paired']),
  strike('code', 'ticket', emptyRecords(30), 'https', 'paired'),
  strike('code', 'ticket', emptyRecords(40), 'https', 'no-answer'),
  ...ofExchange('https'),
  ...ofExchange('wss'),
];
