import type { StrangerAnswer } from './alert-gate.ts';
import type { AnswerFormat } from './answers.ts';
import type { SecondChannelPolicy } from './channel-policies.ts';
import type { ClientIssuer, ClientKeyType, DeliveredCas } from './ledger.ts';

/** What happens when a POS ID pairs that has paired before. */
type PosIdPolicy = 'replace' | 'reject';

/** How pairing requests are refused. Over WSS without a body: the connection is closed. */
interface ErrorAnswer {
  readonly status: number;
  readonly body: 'error-response' | 'html' | 'none';
}

/** Where connections end while the server starts up after Connect Device; a WebSocket then closes with 1006. */
export type StartUpCut = 'after-accept' | 'after-handshake' | 'after-upgrade';

/** What can be changed while the device runs. The defaults are the likeliest real device. */
export interface DeviceBehaviour {
  readonly answerFormat: AnswerFormat;
  /** Which CA certificates follow the POS certificate. */
  readonly delivers: DeliveredCas;
  readonly posIdPolicy: PosIdPolicy;
  readonly clientIssuer: ClientIssuer;
  readonly clientKey: ClientKeyType;
  /** `false`: a POS has to present the intermediate, since only the Root CA is known to the device's TLS. */
  readonly knowsIntermediate: boolean;
  readonly errorAnswer: ErrorAnswer;
  /**
   * After a pairing, connections are refused until somebody taps Close and Connect Device. `stays`: the server
   * goes on at once, as no real device is known to do.
   */
  readonly afterPairing: 'away-until-connected' | 'stays';
  /** Taps Close and Connect Device itself as soon as the answer is out. */
  readonly connectsByItself: boolean;
  /** Milliseconds after Connect Device in which connections are cut; 5 to 10 seconds on real devices. */
  readonly startUpMs: number;
  readonly startUpCut: StartUpCut;
  readonly secondChannel: SecondChannelPolicy;
  /** How a client certificate that is not of this device's pairing is turned away. */
  readonly strangers: StrangerAnswer;
  /** Refuses TLS without a client certificate, also for the pairing, until Generate Code is tapped. */
  readonly demandsClientCertificate: boolean;
  readonly tls: 'both' | 'TLSv1.2' | 'TLSv1.3';
  /** `false`: before the activation; shows a factory certificate and cannot pair. */
  readonly activated: boolean;
  /** Milliseconds by which the device's clock is ahead: certificates it issues become valid only then. */
  readonly clockAheadMs: number;
  /** What `StatusRequest` gets; older apps do not know it. */
  readonly statusRequest: 'status' | 'error-response';
  /** `undecided`: nobody presents a card until `finishPayment` is called or the payment is cancelled. */
  readonly payment: 'approved' | 'declined' | 'undecided';
  /** Milliseconds between two messages of an operation. */
  readonly operationStepMs: number;
  /** Pause between status messages under the fault `slow-status`. */
  readonly statusDelayMs: number;
  /** Shows a new code as soon as one was used, as if the screen had been opened again. */
  readonly newCodeAfterPairing: boolean;
}

export const DEFAULT_BEHAVIOUR: DeviceBehaviour = {
  answerFormat: 'pem',
  delivers: 'chain',
  posIdPolicy: 'replace',
  clientIssuer: 'vendor-root',
  clientKey: 'rsa-2048',
  knowsIntermediate: false,
  errorAnswer: { status: 400, body: 'error-response' },
  afterPairing: 'away-until-connected',
  connectsByItself: false,
  startUpMs: 0,
  startUpCut: 'after-accept',
  secondChannel: 'newest-wins-1000',
  strangers: 'certificate_unknown',
  demandsClientCertificate: false,
  tls: 'both',
  activated: true,
  clockAheadMs: 0,
  statusRequest: 'status',
  payment: 'approved',
  operationStepMs: 0,
  statusDelayMs: 400,
  newCodeAfterPairing: false,
};

/** `away`: connections are refused; `starting`: they are taken and cut. */
export type ServerState = 'stopped' | 'listening' | 'away' | 'starting';

export type DeviceEvent =
  | { readonly type: 'code'; readonly code: string; readonly expiresAt: number }
  | { readonly type: 'screen'; readonly text: string }
  | { readonly type: 'server'; readonly state: ServerState }
  | { readonly type: 'paired'; readonly posId: string; readonly message: string }
  | { readonly type: 'pairing-refused'; readonly posId: string | null; readonly reason: string }
  | { readonly type: 'connection-refused'; readonly reason: string; readonly fingerprint: string | null }
  | { readonly type: 'certificate-revoked'; readonly posId: string; readonly fingerprint: string }
  | { readonly type: 'channel-opened'; readonly posId: string }
  | { readonly type: 'channel-closed'; readonly posId: string }
  | {
      readonly type: 'operation';
      readonly operation: string;
      readonly id: string | null;
      readonly state: string;
    };

/** Other fields of `changes` and those that are undefined are left out. */
export function behaviourFrom(base: DeviceBehaviour, changes: Partial<DeviceBehaviour>): DeviceBehaviour {
  const known = Object.entries(changes).filter(
    ([name, value]) => Object.hasOwn(DEFAULT_BEHAVIOUR, name) && value !== undefined,
  );
  return { ...base, ...Object.fromEntries(known) };
}

export function isOfType<T extends DeviceEvent['type']>(
  event: DeviceEvent,
  type: T,
): event is Extract<DeviceEvent, { type: T }> {
  return event.type === type;
}
