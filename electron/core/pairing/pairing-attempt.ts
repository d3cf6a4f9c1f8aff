import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppError } from '../../../shared/errors.ts';
import { type DeviceIdentity, sameChannel, sameIdentity } from '../../../shared/identity.ts';
import type { CredentialNote, PairingProgress, PairingRecord } from '../../../shared/pairing.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Authorize } from '../access/manager-access.ts';
import type { Lease } from '../channel/channel-lease.ts';
import type { CoreContext } from '../context.ts';
import { type ClientCertificate, openConnection, type Trust } from '../device/connection.ts';
import { cancellable, withDeadline } from '../device/deadline.ts';
import { type MetDevice, meetDevice } from '../device/first-meeting.ts';
import { requestCredentials } from '../device/pairing-request.ts';
import { Failure, failure, toAppError } from '../failure.ts';
import type { AttemptEnd } from '../news.ts';
import { summarize } from '../pki/certificate.ts';
import { type CheckedCredentials, readCredentials } from '../pki/credentials.ts';
import { redact } from '../redact.ts';
import { currentTrust } from '../root-ca/trust.ts';
import { askReadiness } from './ask-readiness.ts';
import { isAwaited } from './awaited.ts';
import { explainByNotes } from './explain-by-notes.ts';
import { isKnownDevice } from './known-device.ts';
import { ProgressTracker, StillWaiting } from './progress.ts';
import { type ProvedConnection, proveConnection } from './prove-connection.ts';
import type { ValidPairingRequest } from './valid-request.ts';

export interface AttemptParts {
  /** For another device in the place of a paired one, where the start could not know of it. */
  readonly authorize: Authorize;
  readonly request: ValidPairingRequest;
  readonly context: CoreContext;
  readonly onProgress: (progress: PairingProgress) => void;
  /** New credentials are stored, and their device is away: they wait for their first proof. */
  readonly onWaiting: (pairing: PairingRecord) => void;
  /** Called while the attempt still holds the device, so that what is kept about it can be brought up to date. */
  readonly onEnd: (end: AttemptEnd) => void;
}

/**
 * One pairing of this register with a device, stage by stage (shared/errors.ts STAGES). The setup code leaves only in
 * stage `send`, over a connection whose device was verified, confirmed and pinned. New credentials are stored beside
 * old ones and replace them once a real mTLS connection has proved them.
 */
export class PairingAttempt {
  readonly id = randomUUID();
  readonly pairingId: string;
  readonly #authorize: Authorize;
  readonly #request: ValidPairingRequest;
  readonly #context: CoreContext;
  readonly #onWaiting: (pairing: PairingRecord) => void;
  readonly #onEnd: (end: AttemptEnd) => void;
  readonly #progress: ProgressTracker;
  readonly #cancel = new AbortController();
  /** The pairing that is made anew, as it was at the start. */
  readonly #replaced: PairingRecord | undefined;
  readonly #held: { readonly device: DeviceIdentity; readonly lease: Lease }[] = [];
  /** Set while the user is asked. */
  #answer: ((accepted: boolean) => void) | undefined;
  /** Whether somebody is there who can be asked. */
  #isAttended = true;
  /** Whether the device was away when the new credentials were first tried. */
  #hasWaited = false;
  #isProved = false;
  /** Whether new credentials are stored. */
  #isStored = false;
  /** What is odd about the new credentials. */
  #notes: readonly CredentialNote[] = [];

  constructor({ authorize, request, context, onProgress, onWaiting, onEnd }: AttemptParts) {
    this.pairingId = request.replaces ?? randomUUID();
    this.#authorize = authorize;
    this.#request = request;
    this.#context = context;
    this.#onWaiting = onWaiting;
    this.#onEnd = onEnd;
    this.#progress = new ProgressTracker(this.id, onProgress);
    this.#replaced = context.vault.find(this.pairingId);
  }

  /** Runs the attempt, once. Rejects only with what the callbacks throw. */
  async run(): Promise<AttemptEnd> {
    try {
      const result = await this.#pair();
      const stored = this.#context.vault.find(this.pairingId);
      const end = {
        posId: this.#request.posId,
        replaced: this.#replaced,
        hasWaited: this.#hasWaited,
        isProved: this.#isProved,
        result,
        stored,
      };
      this.#onEnd(end);
      return end;
    } finally {
      for (const { lease } of this.#held) lease.release();
    }
  }

  /** Ends the attempt at once. New credentials that are stored already are kept and wait for their proof. */
  cancel(): void {
    this.#cancel.abort();
  }

  /** Answers whether this is the device in front of the user; false when that is not asked. */
  answerIdentity(accepted: boolean): boolean {
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(accepted);
    return answer !== undefined;
  }

  /** Nobody can answer any more: an attempt that asks, now or later, ends instead of waiting for ever. */
  leaveUnattended(): void {
    this.#isAttended = false;
    if (this.#answer) this.cancel();
  }

  async #pair(): Promise<Result<PairingRecord>> {
    const { vault } = this.#context;
    try {
      const anyTrust = currentTrust(this.#context, this.#replaced?.trustAnchorFingerprint256);
      // A code is good once: it must not be spent on credentials that cannot be kept.
      try {
        await vault.requireStorage();
      } catch (thrown) {
        throw new Failure({ ...toAppError(thrown), stage: 'store' });
      }
      const device = await this.#progress.run('reach', () => this.#meetDevice(anyTrust));
      const trust = { ...anyTrust, rootCas: [device.rootCa] };
      await this.#progress.run('identify', () => this.#identify(device));
      const answer = await this.#progress.run('send', () => this.#sendCode(device, trust));
      const issued = await this.#progress.run('check', () =>
        readCredentials(answer, device.rootCa, this.#context.now()),
      );
      this.#notes = issued.notes;
      const record = await this.#progress.run('store', () => this.#store(device, issued));
      const pairing = await this.#progress.run('prove', async () => {
        const prove = () =>
          proveConnection(record, issued.credentials, this.#context, trust, this.#cancel.signal);
        vault.promote(this.pairingId, await this.#proveWhenConnected(prove));
        this.#isProved = true;
        return this.#askReadiness(record, issued.credentials, trust);
      });
      this.#progress.end({ kind: 'paired', pairing });
      return ok(pairing);
    } catch (thrown) {
      const kept = thrown instanceof StillWaiting ? vault.find(this.pairingId) : undefined;
      if (kept) {
        this.#progress.end({ kind: 'waiting', pairing: kept });
        return ok(kept);
      }
      return this.#failed(this.#progress.tag(toAppError(thrown)));
    }
  }

  async #meetDevice(trust: Trust): Promise<MetDevice> {
    // Checks and moves of this pairing would meet half of the old and half of the new one.
    if (this.#replaced) await this.#hold(this.#replaced.identity);
    return meetDevice({
      address: this.#request.address,
      trust,
      signal: withDeadline(this.#cancel.signal, this.#context.timing.connectMs),
      onHandshake: () => this.#progress.advance('verify'),
      earlierCertificate: () => this.#certificateInUse(),
    });
  }

  /** The one the device knows this register by, when the pairing with it is renewed. */
  async #certificateInUse(): Promise<ClientCertificate | undefined> {
    const { replaces, allowSwap } = this.#request;
    if (replaces === undefined || allowSwap) return undefined;
    const stored = await this.#context.vault.credentials(replaces);
    return stored.find(({ pending }) => !pending)?.credentials;
  }

  async #identify({ identity, certificate, rootCa }: MetDevice): Promise<void> {
    const { vault } = this.#context;
    const { replaces, posId } = this.#request;
    const replaced = replaces === undefined ? undefined : vault.find(replaces);
    if (replaces !== undefined && !replaced) throw failure('not-found', `pairing ${replaces}`);
    const isKnown = isKnownDevice({ identity, certificate }, this.#request, replaced, vault.pairings, rootCa);
    const taken = vault.pairings.some(
      (other) => other.id !== replaces && other.posId === posId && sameIdentity(other.identity, identity),
    );
    if (taken) throw failure('pos-id-duplicate', '', { params: { posId } });
    if (isKnown) return;
    // One without a serial number that has another key may be another one, and so may one that belongs to another
    // Root CA: only the manager says that it is the same. A swap was asked about at the start.
    const mayBeAnother =
      replaced !== undefined &&
      (!sameIdentity(replaced.identity, identity) ||
        replaced.trustAnchorFingerprint256 !== rootCa.root.fingerprint256);
    if (mayBeAnother && !this.#request.allowSwap) this.#authorize();
    const answer = this.#nextAnswer();
    const question = { identity, certificate: summarize(certificate) };
    if (!(await this.#progress.ask(question, () => answer))) throw failure('identity-rejected');
  }

  /** Listens before the question is shown, so that no answer is too quick. */
  #nextAnswer(): Promise<boolean> {
    if (!this.#isAttended) this.cancel();
    return cancellable<boolean>(this.#cancel.signal, 'the confirmation of the device', (resolve) => {
      this.#answer = resolve;
      return () => {
        this.#answer = undefined;
      };
    });
  }

  async #sendCode(device: MetDevice, trust: Trust): Promise<string> {
    const { address, transport, posId, setupCode } = this.#request;
    const { timing } = this.#context;
    await this.#hold(device.identity);
    const connection = await openConnection({
      address,
      trust,
      signal: withDeadline(this.#cancel.signal, timing.connectMs),
      identity: device.identity,
      pinnedCertificate: device.certificate,
      ...(device.clientCertificate && { clientCertificate: device.clientCertificate }),
    });
    return requestCredentials({
      connection,
      address,
      transport,
      posId,
      setupCode,
      signal: withDeadline(this.#cancel.signal, timing.answerMs),
      onStatus: (message) => this.#progress.showDeviceMessage(message),
    });
  }

  async #store(device: MetDevice, issued: CheckedCredentials): Promise<PairingRecord> {
    const { vault } = this.#context;
    if (this.#cancel.signal.aborted) throw failure('cancelled', 'before storing');
    // What was removed meanwhile stays removed.
    if (this.#request.replaces !== undefined && !vault.find(this.pairingId))
      throw failure('not-found', `pairing ${this.pairingId} was removed`);
    const draft = this.#draftRecord(device, issued);
    await vault.storePending(draft, issued.credentials);
    this.#isStored = true;
    return draft;
  }

  #draftRecord(device: MetDevice, issued: CheckedCredentials): PairingRecord {
    const { posId, address, transport } = this.#request;
    const replaced = this.#context.vault.find(this.pairingId);
    return {
      id: this.pairingId,
      posId,
      name: replaced?.name ?? '',
      watchLive: replaced?.watchLive ?? false,
      address,
      transport,
      identity: device.identity,
      pairedAt: new Date(this.#context.now()).toISOString(),
      proved: false,
      protection: null,
      deviceCertificate: summarize(device.certificate),
      clientCertificate: summarize(issued.clientCertificate),
      clientIssuer: summarize(issued.issuer),
      credentialNotes: [...issued.notes],
      trustAnchorFingerprint256: device.rootCa.root.fingerprint256,
      lastCheck: null,
    };
  }

  /**
   * After a pairing the device's server is away until somebody taps Connect Device on it, so the proof is tried until
   * then. Throws {@link StillWaiting} when nobody wants to wait any longer, and what shows that waiting is in vain.
   */
  async #proveWhenConnected(prove: () => Promise<ProvedConnection>): Promise<ProvedConnection> {
    const { vault, now, timing } = this.#context;
    const since = now();
    const until = since + timing.proofPatienceMs;
    for (;;) {
      try {
        return await prove();
      } catch (thrown) {
        const error = toAppError(thrown);
        if (this.#cancel.signal.aborted) throw new StillWaiting();
        if (!isAwaited(error)) throw thrown;
        if (!this.#hasWaited) {
          this.#hasWaited = true;
          const kept = vault.find(this.pairingId);
          if (kept) this.#onWaiting(kept);
        }
        const iso = (ms: number) => new Date(ms).toISOString();
        this.#progress.showWaiting({ since: iso(since), until: iso(until), error });
        if (now() >= until) throw new StillWaiting();
      }
      await sleep(timing.proofPauseMs, undefined, { signal: this.#cancel.signal }).catch(() => {
        throw new StillWaiting();
      });
    }
  }

  /** The pairing with what its payment app has answered. The pairing is made by then: nothing here makes it fail. */
  async #askReadiness(
    record: PairingRecord,
    credentials: ClientCertificate,
    trust: Trust,
  ): Promise<PairingRecord> {
    const { vault } = this.#context;
    const readiness = await askReadiness(record, credentials, this.#context, trust, this.#cancel.signal);
    const made = vault.find(this.pairingId) ?? record;
    if (!readiness) return made;
    try {
      return vault.updateRecord(this.pairingId, { readiness });
    } catch {
      // Removed meanwhile, or the disk is full.
      return { ...made, readiness };
    }
  }

  #failed(tagged: AppError): Result<PairingRecord> {
    let error = withoutSecret(tagged, this.#request.setupCode);
    if (this.#isStored && error.code === 'mtls-refused') {
      try {
        this.#context.vault.discardPending(this.pairingId);
        this.#isStored = false;
      } catch (discarding) {
        error = { ...error, detail: `${error.detail}; ${toAppError(discarding).detail}` };
      }
    }
    error = explainByNotes(error, this.#notes);
    this.#progress.end({ kind: 'failed', error, credentialsKept: this.#isStored });
    return err(error);
  }

  /** Takes the channel of a device until the attempt has ended. Nothing is more urgent, so it is not lost again. */
  async #hold(device: DeviceIdentity): Promise<void> {
    if (this.#held.some((held) => sameChannel(held.device, device))) return;
    const { signal } = this.#cancel;
    const lease = await this.#context.leases.acquire(device, { holder: 'pairing', signal });
    this.#held.push({ device, lease });
  }
}

/** Whatever the device had to say, in a message or in a certificate: the code is in no error. */
export function withoutSecret({ params, detail, ...error }: AppError, secret: string): AppError {
  const clean = (text: string) => redact(text, [secret]);
  return {
    ...error,
    detail: clean(detail),
    ...(params && {
      params: Object.fromEntries(Object.entries(params).map(([name, text]) => [name, clean(text)])),
    }),
  };
}
