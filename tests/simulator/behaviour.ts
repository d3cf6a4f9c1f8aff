import type { AnswerFormat } from './answers.ts';
import type { ClientIssuer, ClientKeyType } from './ledger.ts';

/** What happens when a POS ID pairs that has paired before. */
export type PosIdPolicy = 'replace' | 'reject';

/** What happens to a second WebSocket of paired clients while one is open. */
export type SecondChannelPolicy = 'close-1013' | 'http-409' | 'replace-first';

/** How pairing requests are refused. Over WSS without a body: the connection is closed. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: 'error-response' | 'html' | 'none';
}

/** What can be changed while the device runs. */
export interface DeviceBehaviour {
  readonly answerFormat: AnswerFormat;
  readonly posIdPolicy: PosIdPolicy;
  readonly clientIssuer: ClientIssuer;
  readonly clientKey: ClientKeyType;
  readonly errorAnswer: ErrorAnswer;
  readonly secondChannel: SecondChannelPolicy;
  /** Pause between status messages under the fault `slow-status`. */
  readonly statusDelayMs: number;
  /** Shows a new code as soon as one was used, as if the screen had been opened again. */
  readonly newCodeAfterPairing: boolean;
}

export const DEFAULT_BEHAVIOUR: DeviceBehaviour = {
  answerFormat: 'pem',
  posIdPolicy: 'replace',
  clientIssuer: 'device-ca',
  clientKey: 'rsa-2048',
  errorAnswer: { status: 400, body: 'error-response' },
  secondChannel: 'close-1013',
  statusDelayMs: 400,
  newCodeAfterPairing: false,
};

export type DeviceEvent =
  | { readonly type: 'code'; readonly code: string; readonly expiresAt: number }
  | { readonly type: 'paired'; readonly posId: string; readonly message: string }
  | { readonly type: 'pairing-refused'; readonly posId: string | null; readonly reason: string }
  | { readonly type: 'connection-refused'; readonly reason: string; readonly fingerprint: string | null }
  | { readonly type: 'certificate-revoked'; readonly posId: string; readonly fingerprint: string }
  | { readonly type: 'channel-opened'; readonly posId: string }
  | { readonly type: 'channel-closed'; readonly posId: string };

export function behaviourFrom(base: DeviceBehaviour, changes: Partial<DeviceBehaviour>): DeviceBehaviour {
  return {
    answerFormat: changes.answerFormat ?? base.answerFormat,
    posIdPolicy: changes.posIdPolicy ?? base.posIdPolicy,
    clientIssuer: changes.clientIssuer ?? base.clientIssuer,
    clientKey: changes.clientKey ?? base.clientKey,
    errorAnswer: changes.errorAnswer ?? base.errorAnswer,
    secondChannel: changes.secondChannel ?? base.secondChannel,
    statusDelayMs: changes.statusDelayMs ?? base.statusDelayMs,
    newCodeAfterPairing: changes.newCodeAfterPairing ?? base.newCodeAfterPairing,
  };
}

export function isOfType<T extends DeviceEvent['type']>(
  event: DeviceEvent,
  type: T,
): event is Extract<DeviceEvent, { type: T }> {
  return event.type === type;
}
