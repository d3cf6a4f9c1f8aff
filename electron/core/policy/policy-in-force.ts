import { isDeepStrictEqual } from 'node:util';
import type { AppError } from '../../../shared/errors.ts';
import { DEFAULT_PORT, suggestPosId } from '../../../shared/inputs.ts';
import type { Lockable, PolicyView } from '../../../shared/policy.ts';
import type { ProposedBridge } from '../bridge/bridge-store.ts';
import { failure, toAppError } from '../failure.ts';
import type { Tell } from '../news.ts';
import type { ManagedSettings } from '../settings/settings-store.ts';
import type { StoredRootCa } from '../vault/stored-root-ca.ts';
import type { GoodPolicy, PolicyDocument, PolicyMemory } from './policy-document.ts';
import { defaultAuthority, type Policy } from './policy-schema.ts';
import { posIdFrom } from './pos-id-pattern.ts';
import { judgeRootCas, type PolicyReading } from './read-policy.ts';

export interface PolicyParts {
  readonly reading: PolicyReading;
  readonly document: PolicyDocument;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly builtAt: number;
}

type Outcome =
  | { readonly kind: 'none' }
  /** `isNew`: it says something else than the one at the last start. */
  | { readonly kind: 'current'; readonly good: GoodPolicy; readonly isNew: boolean }
  | { readonly kind: 'rejected'; readonly place: string; readonly error: AppError };

/**
 * The policy that holds while the app runs: the one that was found, or, where that is wrong, the last good one, or
 * none. Of a wrong one nothing is used, since what is right in it may only be right as a whole.
 */
export class PolicyInForce {
  readonly #document: PolicyDocument;
  readonly #memory: PolicyMemory;
  readonly #outcome: Outcome;
  readonly #good: GoodPolicy | null;

  constructor({ reading, document, now, builtAt }: PolicyParts) {
    this.#document = document;
    this.#memory = document.read();
    const { lastGood } = this.#memory;
    this.#outcome = judge(reading, lastGood, now(), builtAt);
    switch (this.#outcome.kind) {
      case 'none':
        this.#good = null;
        break;
      case 'current':
        this.#good = this.#outcome.good;
        break;
      case 'rejected':
        this.#good = lastGood;
    }
  }

  /** For the settings: what it gives, and what of it users cannot change. */
  get settings(): ManagedSettings {
    const { language, checkIntervalMinutes, followAddressChanges, notifications, tray } = this.#policy;
    return {
      values: { language, checkIntervalMinutes, followAddressChanges, notifications, tray },
      locked: this.#locked.filter((name) => name !== 'rootCas'),
    };
  }

  /** Trusted by the organisation: users cannot remove them. */
  get rootCas(): readonly StoredRootCa[] {
    return this.#good?.rootCas ?? [];
  }

  get managerPinHash(): string | undefined {
    return this.#policy.managerPinHash;
  }

  get allowsExport(): boolean {
    return this.#policy.allowExport ?? true;
  }

  /** How the app updates itself, and from where, as far as the organisation says. */
  get updates(): Pick<Policy, 'updates' | 'updatesFeed'> {
    const { updates, updatesFeed } = this.#policy;
    return { updates, updatesFeed };
  }

  /** What a bridge begins with, as far as the organisation proposes something. */
  get bridge(): ProposedBridge {
    const { bridgePort, bridgeOrigins } = this.#policy;
    return {
      ...(bridgePort !== undefined && { port: bridgePort }),
      ...(bridgeOrigins && { origins: [...bridgeOrigins] }),
    };
  }

  /** Whether the app starts with the computer; undefined where that is the users' own. */
  get startsWithComputer(): boolean | undefined {
    return this.#policy.bridgeStartWithComputer;
  }

  /** The POS ID that the pairing form begins with on the computer of this name, or ''. */
  suggestPosId(hostName: string): string {
    const { posIdPattern } = this.#policy;
    return (posIdPattern !== undefined && posIdFrom(posIdPattern, hostName)) || suggestPosId(hostName);
  }

  /** Throws {@link Failure} `managed-setting` for what users cannot change. */
  requireOpen(name: Lockable): void {
    if (this.#locked.includes(name)) throw failure('managed-setting', name);
  }

  get view(): PolicyView {
    const outcome = this.#outcome;
    const isRejected = outcome.kind === 'rejected';
    return {
      state: this.#good === null ? 'none' : isRejected ? 'last-good' : 'current',
      place: isRejected ? outcome.place : (this.#good?.place ?? null),
      problem: isRejected ? outcome.error : null,
      locked: [...this.#locked],
      managesPin: this.managerPinHash !== undefined,
      managesAutostart: this.startsWithComputer !== undefined,
      allowsExport: this.allowsExport,
      address: defaultAuthority(this.#policy),
      port: this.#policy.defaultPort ?? DEFAULT_PORT,
    };
  }

  /** Tells what is new since the last start, and remembers it. */
  announce(tell: Tell): void {
    const outcome = this.#outcome;
    const { lastGood, told } = this.#memory;
    switch (outcome.kind) {
      case 'none':
        if (lastGood || told !== null) this.#document.write({ lastGood: null, told: null });
        if (lastGood) tell({ type: 'policy-removed', place: lastGood.place });
        break;
      case 'current':
        if (outcome.isNew || told !== null) this.#document.write({ lastGood: outcome.good, told: null });
        if (outcome.isNew) tell({ type: 'policy-applied', place: outcome.good.place });
        break;
      case 'rejected': {
        const { place, error } = outcome;
        const refusal = `${place}: ${error.code}, ${error.detail}`;
        if (refusal === told) break;
        this.#document.write({ lastGood, told: refusal });
        tell({ type: 'policy-rejected', place, error });
      }
    }
  }

  get #policy(): Policy {
    return this.#good?.policy ?? {};
  }

  get #locked(): readonly Lockable[] {
    return this.#policy.locked ?? [];
  }
}

function judge(reading: PolicyReading, lastGood: GoodPolicy | null, now: number, builtAt: number): Outcome {
  switch (reading.kind) {
    case 'absent':
      return { kind: 'none' };
    case 'rejected':
      return reading;
    case 'found': {
      const { place, policy } = reading;
      // Judged when it came; that a Root CA has expired since is told like of any other.
      if (lastGood && isDeepStrictEqual(policy, lastGood.policy))
        return { kind: 'current', good: { ...lastGood, place }, isNew: place !== lastGood.place };
      try {
        const before = new Map(
          lastGood?.rootCas.map(({ root, trustedAt }) => [root.fingerprint256, trustedAt]),
        );
        const rootCas = judgeRootCas(policy, now, builtAt).map((rootCa) => ({
          ...rootCa,
          trustedAt: before.get(rootCa.root.fingerprint256) ?? new Date(now).toISOString(),
          managed: true,
        }));
        return { kind: 'current', good: { place, policy, rootCas }, isNew: true };
      } catch (thrown) {
        const error = toAppError(thrown);
        return { kind: 'rejected', place, error: { ...error, params: { ...error.params, place } } };
      }
    }
  }
}
