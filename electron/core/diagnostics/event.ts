import type { BridgeState } from '../../../shared/bridge.ts';
import type { ErrorCode, Stage } from '../../../shared/errors.ts';
import type { ConnectionCheck, StorageNotice } from '../../../shared/pairing.ts';
import type { ConnectionState } from '../../../shared/status.ts';
import type { UpdateObstacle, UpdateState } from '../../../shared/updates.ts';

/** Which device, pairing and connection an event is about, as far as that is known. */
export interface About {
  /** Host and port, as connected to. */
  readonly device?: string;
  readonly serial?: string;
  readonly pairingId?: string;
  /** Counts the connections since the app was started, so that the lines of one can be told from others. */
  readonly connection?: number;
}

/**
 * What support needs to know of a connection to see why it did not work. Numbers, names and codes only: never a
 * message's content, a setup code, a key or a certificate. Durations in milliseconds, sizes in bytes.
 */
export type ConnectionEvent =
  /** TCP is open. `certificate`: whether this register has one to present. */
  | { readonly kind: 'connect'; readonly ms: number; readonly certificate: boolean }
  | {
      readonly kind: 'handshake';
      readonly ms: number;
      readonly tlsVersion: string;
      readonly cipher: string;
    }
  /** The other end is the device it has to be; in TLS 1.3 it has yet to judge this register's certificate. */
  | { readonly kind: 'verified' }
  /** A fatal TLS alert of the device (RFC 8446 section 6). */
  | { readonly kind: 'alert'; readonly number: number }
  /**
   * The connection could not be opened, or its other end is not to be trusted. `detail`: what the system or the TLS
   * library said; '' where it would be the device's own words, as in a certificate.
   */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly detail: string }
  | { readonly kind: 'http-status'; readonly status: number }
  | { readonly kind: 'ws-open' }
  | { readonly kind: 'ws-message'; readonly received: number }
  /** `code`: RFC 6455 section 7.4. The reason is the device's own text, so only its length is told. */
  | {
      readonly kind: 'ws-close';
      readonly code: number;
      readonly reasonLength: number;
      readonly openMs: number | null;
    }
  /** The connection has ended. The bytes of HTTP and WebSocket: none, for a quiet check. */
  | { readonly kind: 'closed'; readonly ms: number; readonly sent: number; readonly received: number };

/** How the bridge of a pairing is. Never its token, nor what passes through it. */
export interface BridgeEvent {
  readonly kind: 'bridge';
  readonly state: BridgeState;
  readonly code: ErrorCode | null;
  readonly port: number | null;
  /** How many pages may connect. */
  readonly origins: number;
  readonly till: 'connected' | 'waiting' | null;
}

export type DiagnosticEvent = About &
  (
    | ConnectionEvent
    | {
        readonly kind: 'app-started';
        readonly version: string;
        readonly electron: string;
        readonly chromium: string;
        readonly node: string;
        readonly system: string;
      }
    | { readonly kind: 'app-stopped' }
    /** Something nobody caught. Its message may quote anything, so it is not told. */
    | { readonly kind: 'fault'; readonly name: string }
    /** The page has crashed; in Electron's words. */
    | { readonly kind: 'page-gone'; readonly reason: string; readonly exitCode: number }
    | { readonly kind: 'stage-begun'; readonly stage: Stage }
    | {
        readonly kind: 'stage-ended';
        readonly stage: Stage;
        readonly outcome: 'done' | 'failed';
        readonly ms: number;
      }
    | { readonly kind: 'identity-asked' }
    /** New credentials are tried again and again; told when the answer changes. */
    | { readonly kind: 'device-awaited'; readonly code: ErrorCode | null }
    | {
        readonly kind: 'pairing-ended';
        readonly posId: string;
        readonly outcome: 'proved' | 'waiting' | ErrorCode;
        readonly stage: Stage | null;
      }
    | { readonly kind: 'pairing-proved' | 'pairing-removed' | 'pairing-moved' }
    | {
        readonly kind: 'check';
        readonly result: ConnectionCheck['result'];
        readonly depth: 'full' | 'quiet' | null;
        readonly ms: number | null;
        readonly code: ErrorCode | null;
      }
    | {
        readonly kind: 'status';
        readonly from: ConnectionState;
        readonly to: ConnectionState;
        readonly code: ErrorCode | null;
      }
    | { readonly kind: 'search-begun'; readonly hosts: number }
    | { readonly kind: 'search-ended'; readonly found: number; readonly code: ErrorCode | null }
    | { readonly kind: 'channel-taken' | 'channel-let-go'; readonly holder: string }
    /** The organisation's policy is another one, or cannot be used. */
    | { readonly kind: 'policy'; readonly outcome: 'applied' | 'removed' | ErrorCode }
    /** How far an update of the app is, and what it waits for or why it failed. */
    | {
        readonly kind: 'update';
        readonly state: UpdateState['state'];
        readonly version: string | null;
        readonly obstacle: UpdateObstacle | null;
        readonly code: ErrorCode | null;
      }
    | { readonly kind: 'app-updated'; readonly from: string; readonly to: string }
    | BridgeEvent
    | { readonly kind: 'bridge-switched'; readonly on: boolean }
    | { readonly kind: 'bridge-token-replaced' }
    /** Too many wrong tokens; milliseconds for which others were turned away. */
    | { readonly kind: 'bridge-locked'; readonly ms: number }
    /** Counts are of messages, `openMs` from its request on. Codes: shared/bridge-close-codes.ts, RFC 6455. */
    | {
        readonly kind: 'bridge-till-left';
        readonly openMs: number;
        readonly fromTill: number;
        readonly fromDevice: number;
        readonly closeCode: number;
        readonly deviceCode: number | null;
      }
    | { readonly kind: 'root-ca-trusted'; readonly fingerprint256: string }
    | {
        readonly kind: 'storage-notice';
        readonly notice: StorageNotice['kind'];
        readonly what: StorageNotice['what'];
      }
  );

/** An event with its time, ISO 8601. */
export type DiagnosedEvent = { readonly at: string } & DiagnosticEvent;
