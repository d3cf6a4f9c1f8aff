import type { Timing } from '../../electron/core/context.ts';
import type { ErrorCode, Stage } from '../../shared/errors.ts';
import type { Transport } from '../../shared/inputs.ts';

/** What one register is to do: add Root CAs, and pair with what is at this address. */
export interface Job {
  readonly host: string;
  readonly port: number;
  readonly transport: Transport;
  /** Files as a merchant would choose them. */
  readonly rootCaFiles: readonly string[];
  /** Days before now at which they were added. */
  readonly addedDaysAgo: number;
  readonly timing: Partial<Timing>;
}

/** How it ended, as far as it shows to somebody who is not the app. */
export interface Outcome {
  /** `paired`: proved. `waiting`: new keys are stored, and their device is away. */
  readonly code: ErrorCode | 'paired' | 'waiting';
  readonly stage: Stage | 'root-ca' | undefined;
  readonly detail: string;
  /** What staff were asked to confirm: a serial number or a host. */
  readonly asked: string | undefined;
  /** Of the pairing that is stored in the end, if any. */
  readonly stored:
    | {
        readonly clientCertificate: string;
        readonly notes: readonly string[];
        readonly protection: string | null;
      }
    | undefined;
  /** Whether the code or a private key stands in anything that was told or returned. */
  readonly leaked: boolean;
  readonly ms: number;
}

/** To and from a register that runs as a process of its own. */
export type ToRegister = { readonly id: number; readonly job: Job };
export type FromRegister =
  | { readonly kind: 'ready'; readonly node: string; readonly tls: string }
  | { readonly kind: 'outcome'; readonly id: number; readonly outcome: Outcome }
  /** Nobody caught it: in the app this would be a crash. */
  | { readonly kind: 'uncaught'; readonly words: string };

/** The code that every device shows. */
export const CODE = '8QW1YS1D';

/** A busy machine is no fault of a device. */
export const PATIENT_TIMING: Partial<Timing> = { connectMs: 20_000, answerMs: 20_000, proofMs: 20_000 };
