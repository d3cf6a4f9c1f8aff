import type { BridgeView } from '../../shared/bridge.ts';
import type { KitFormat } from '../../shared/connection-kit.ts';
import type { DoctorProgress } from '../../shared/doctor.ts';
import type { AppError } from '../../shared/errors.ts';
import type { DeviceAddress } from '../../shared/inputs.ts';
import type { ManagerEvent, ManagerState } from '../../shared/manager.ts';
import type {
  CertificateSummary,
  PairingProgress,
  PairingRecord,
  StorageNotice,
} from '../../shared/pairing.ts';
import type { Result } from '../../shared/result.ts';
import type { TrustedRootCa } from '../../shared/root-ca.ts';
import type { SearchProgress } from '../../shared/search.ts';
import type { Settings } from '../../shared/settings.ts';
import type { ChecksProgress, PairingStatus } from '../../shared/status.ts';
import type { UpdatesView } from '../../shared/updates.ts';

/** How a pairing attempt ended. */
export interface AttemptEnd {
  readonly posId: string;
  /** The pairing as it was before, when it was made anew. */
  readonly replaced: PairingRecord | undefined;
  /** Whether new credentials had to wait for their first proof. */
  readonly hasWaited: boolean;
  /** Whether a connection with the new credentials was proved; without an error they still wait for the device. */
  readonly isProved: boolean;
  readonly result: Result<PairingRecord>;
  /** The pairing as it is stored now; also after a failure, when new credentials wait to be proved. */
  readonly stored: PairingRecord | undefined;
}

/** Something that happened in the core. Whoever shows or keeps it decides what it means there. */
export type News =
  | { readonly type: 'pairing-progress'; readonly progress: PairingProgress }
  | { readonly type: 'pairing-ended'; readonly end: AttemptEnd }
  /** New credentials are stored; the device is away until somebody taps Connect Device on it. */
  | { readonly type: 'pairing-waits'; readonly pairing: PairingRecord }
  /** A connection that waited for the device is proved, after the attempt has ended. */
  | { readonly type: 'pairing-proved'; readonly pairing: PairingRecord }
  /** What is known about a pairing changed, by a check or by what the user chose. */
  | { readonly type: 'pairing-changed'; readonly pairing: PairingRecord }
  | { readonly type: 'pairing-renamed'; readonly before: PairingRecord; readonly after: PairingRecord }
  | { readonly type: 'pairing-moved'; readonly pairing: PairingRecord; readonly from: DeviceAddress }
  /** `pairing` as it was. */
  | { readonly type: 'pairing-removed'; readonly pairing: PairingRecord }
  | {
      readonly type: 'status-changed';
      readonly pairing: PairingRecord;
      readonly status: PairingStatus;
      readonly before: PairingStatus;
    }
  /** What is shown of a pairing's bridge changed; counts of messages once a second at most. */
  | { readonly type: 'bridge-changed'; readonly pairingId: string; readonly view: BridgeView }
  | { readonly type: 'bridge-switched'; readonly pairing: PairingRecord; readonly on: boolean }
  | { readonly type: 'bridge-token-replaced'; readonly pairing: PairingRecord }
  /** Too many wrong tokens: nobody is let in for `forMs` milliseconds. */
  | { readonly type: 'bridge-locked'; readonly pairing: PairingRecord; readonly forMs: number }
  /** `folder`: its name, without the way to it. */
  | {
      readonly type: 'kit-exported';
      readonly pairing: PairingRecord;
      readonly format: KitFormat;
      readonly folder: string;
    }
  | { readonly type: 'checks-progress'; readonly progress: ChecksProgress }
  | { readonly type: 'doctor-progress'; readonly progress: DoctorProgress }
  | { readonly type: 'search-progress'; readonly progress: SearchProgress }
  /** `rootCas`: all that are trusted now. */
  | {
      readonly type: 'root-ca-trusted' | 'root-ca-removed';
      readonly rootCa: TrustedRootCa;
      readonly rootCas: readonly TrustedRootCa[];
    }
  /** The device of a pairing belongs to another trusted Root CA now, as the user confirmed. `from`: a fingerprint. */
  | {
      readonly type: 'pairing-root-ca-changed';
      readonly pairing: PairingRecord;
      readonly from: string;
      readonly to: CertificateSummary;
    }
  /** The organisation's policy is another one than at the last start. `place`: its path, registry key or profile. */
  | { readonly type: 'policy-applied' | 'policy-removed'; readonly place: string }
  /** It is not used; the last good one holds, if there is one. */
  | { readonly type: 'policy-rejected'; readonly place: string; readonly error: AppError }
  /** Null where the app does not update itself. */
  | { readonly type: 'updates-changed'; readonly updates: UpdatesView | null }
  /** Another version runs than at the last start, whoever installed it. */
  | { readonly type: 'app-updated'; readonly from: string; readonly to: string }
  /** An update was refused, or did not get installed. `version`: which one, where that is known. */
  | { readonly type: 'update-failed'; readonly version: string | undefined; readonly error: AppError }
  | { readonly type: 'settings-changed'; readonly settings: Settings }
  | { readonly type: 'manager-changed'; readonly manager: ManagerState }
  | { readonly type: 'manager-event'; readonly event: ManagerEvent }
  | { readonly type: 'notices-changed'; readonly notices: readonly StorageNotice[] }
  /** Entries were added to the history. */
  | { readonly type: 'history-changed' };

export type Tell = (news: News) => void;
