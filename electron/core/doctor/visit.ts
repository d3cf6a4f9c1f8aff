import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import type { AccountView } from '../../../shared/account.ts';
import type { DoctorCheck } from '../../../shared/doctor.ts';
import type { AppError } from '../../../shared/errors.ts';
import type { DeviceIdentity } from '../../../shared/identity.ts';
import type { DeviceAddress } from '../../../shared/inputs.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import type { CoreContext } from '../context.ts';
import type { ChannelSocket } from '../device/channel-socket.ts';
import type { Trust } from '../device/connection.ts';
import type { HeldChannel } from '../pairing/check-connection.ts';
import type { Credentials } from '../pki/credentials.ts';
import type { Verdict } from './verdict.ts';
import type { World } from './world.ts';

/** Whom a run is about. */
export type Subject =
  | { readonly kind: 'paired'; readonly pairing: PairingRecord }
  /** What the pairing form holds: an address, and the device that is expected there, if that was said. */
  | {
      readonly kind: 'stranger';
      readonly address: DeviceAddress;
      readonly expected: DeviceIdentity | undefined;
    };

/** What the first TLS handshake has shown. */
export type Look =
  | {
      readonly kind: 'seen';
      readonly certificate: X509Certificate;
      readonly identity: DeviceIdentity;
      /** The Root CA it leads to. */
      readonly root: X509Certificate;
    }
  /** `spokeTls`: the other end had answered in TLS before that. */
  | { readonly kind: 'failed'; readonly error: AppError; readonly spokeTls: boolean };

/** What the checks of one run work with, and what they leave for the next ones. */
export interface Visit {
  readonly subject: Subject;
  readonly address: DeviceAddress;
  readonly context: CoreContext;
  readonly world: World;
  /** undefined: no Root CA is trusted yet. */
  readonly trust: Trust | undefined;
  readonly account: () => Promise<AccountView>;
  /** The keys in use of a paired device. Secret. Throws {@link Failure} `storage-*` and `keys-*`. */
  readonly credentials: () => Promise<Credentials | undefined>;
  /** A check of the pairing that leaves the channel alone; its outcome is kept with the pairing. */
  readonly quietCheck: (id: string) => Promise<PairingRecord>;
  /** The whole proof over the channel that is held; its outcome is kept with the pairing. */
  readonly fullTest: (id: string, held: HeldChannel) => Promise<PairingRecord>;
  /** Keeps what was learnt about the pairing. */
  readonly keep: (change: Pick<PairingRecord, 'readiness'>) => void;
  /** Replaces the verdict of a check that another one has refuted. */
  readonly amend: (check: DoctorCheck, verdict: Verdict) => void;
  /** What was seen of the device. */
  readonly seen: { certificate256?: string };

  /** What the device turns out to be reached by after all, when it is in none of this computer's networks. */
  routed?: Verdict;
  /** An open connection for the next one who needs it. */
  tcp?: Socket | undefined;
  look?: Look;
  /** Set while the device's channel is this run's. */
  held?: HeldChannel;
  channel?: ChannelSocket;
  /** By how many milliseconds the device's clock is ahead of ours, by its own word. */
  clockAheadMs?: number;
}

/** One thing a technician would look at. */
export interface Check {
  readonly name: DoctorCheck;
  /** What must not have failed or been left out before. */
  readonly needs: readonly DoctorCheck[];
  /** Whether it takes more than a TLS handshake, so that the channel must be this run's. */
  readonly usesChannel?: boolean;
  /** Throws {@link Failure} for what it has no words of its own for. `signal` ends with the check's own deadline. */
  readonly run: (visit: Visit, signal: AbortSignal) => Verdict | Promise<Verdict>;
}
