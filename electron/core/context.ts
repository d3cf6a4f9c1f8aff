import type { ChannelLeases } from './channel/channel-lease.ts';
import type { Vault } from './vault/vault.ts';

/** How long each step may take, in milliseconds. */
export interface Timing {
  /** TCP and TLS handshake together. */
  readonly connectMs: number;
  /** From sending the code to the device's whole answer. */
  readonly answerMs: number;
  /** One connection of the mTLS proof. */
  readonly proofMs: number;
  /** Between two tries of the proof, while a person walks to the device and taps Connect Device. */
  readonly proofPauseMs: number;
  /** How long new credentials are tried that often, by the pairing or by the monitor; then at its interval. */
  readonly proofPatienceMs: number;
  /** Between two tries of the monitor within that time. */
  readonly waitingCheckMs: number;
}

export const DEFAULT_TIMING: Timing = {
  connectMs: 8_000,
  answerMs: 30_000,
  proofMs: 10_000,
  proofPauseMs: 2_000,
  proofPatienceMs: 15 * 60_000,
  waitingCheckMs: 15_000,
};

/** What runs here: part of what may change between two checks. */
export interface Software {
  /** Of this app. */
  readonly version: string;
  /** Operating system with its release, such as `Linux 6.12`. */
  readonly system: string;
}

/** What the use cases share; nothing of it is Electron's. */
export interface CoreContext {
  readonly vault: Vault;
  readonly leases: ChannelLeases;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** When this app was built, in milliseconds since 1970: a clock before that is wrong. */
  readonly builtAt: number;
  readonly timing: Timing;
  readonly software: Software;
}
