import { randomUUID, type X509Certificate } from 'node:crypto';
import type { AppError } from '../../../shared/errors.ts';
import { type DeviceIdentity, sameIdentity } from '../../../shared/identity.ts';
import type { CredentialNote, PairingProgress, PairingRecord } from '../../../shared/pairing.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Lease } from '../channel/channel-lease.ts';
import type { CoreContext } from '../context.ts';
import { openConnection, type Trust } from '../device/connection.ts';
import { cancellable, withDeadline } from '../device/deadline.ts';
import { requireIdentity } from '../device/identity.ts';
import { requestCredentials } from '../device/pairing-request.ts';
import { Failure, failure, toAppError } from '../failure.ts';
import type { AttemptEnd } from '../news.ts';
import { summarize } from '../pki/certificate.ts';
import { type CheckedCredentials, readCredentials } from '../pki/credentials.ts';
import { redact } from '../redact.ts';
import { currentTrust } from '../root-ca/trust.ts';
import { explainByNotes } from './explain-by-notes.ts';
import { ProgressTracker } from './progress.ts';
import { proveConnection } from './prove-connection.ts';
import type { ValidPairingRequest } from './valid-request.ts';

export interface AttemptParts {
  readonly request: ValidPairingRequest;
  readonly context: CoreContext;
  readonly onProgress: (progress: PairingProgress) => void;
  /** Called while the attempt still holds the device, so that what is kept about it can be brought up to date. */
  readonly onEnd: (end: AttemptEnd) => void;
}

interface Device {
  readonly identity: DeviceIdentity;
  readonly certificate: X509Certificate;
}

/**
 * One pairing of this register with a device, stage by stage (shared/errors.ts STAGES). The setup code leaves only in
 * stage `send`, over a connection whose device was verified, confirmed and pinned. New credentials are stored beside
 * old ones and replace them once a real mTLS connection has proved them.
 */
export class PairingAttempt {
  readonly id = randomUUID();
  readonly pairingId: string;
  readonly #request: ValidPairingRequest;
  readonly #context: CoreContext;
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
  /** Whether new credentials are stored. */
  #isStored = false;
  /** What is odd about the new credentials. */
  #notes: readonly CredentialNote[] = [];

  constructor({ request, context, onProgress, onEnd }: AttemptParts) {
    this.pairingId = request.replaces ?? randomUUID();
    this.#request = request;
    this.#context = context;
    this.#onEnd = onEnd;
    this.#progress = new ProgressTracker(this.id, onProgress);
    this.#replaced = context.vault.find(this.pairingId);
  }

  /** Runs the attempt, once. Rejects only with what the callbacks throw. */
  async run(): Promise<AttemptEnd> {
    try {
      const result = await this.#pair();
      const stored = this.#context.vault.find(this.pairingId);
      const end = { posId: this.#request.posId, replaced: this.#replaced, result, stored };
      this.#onEnd(end);
      return end;
    } finally {
      for (const { lease } of this.#held) lease.release();
    }
  }

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
      const trust = currentTrust(this.#context);
      // A code is good once: it must not be spent on credentials that cannot be kept.
      try {
        await vault.requireStorage();
      } catch (thrown) {
        throw new Failure({ ...toAppError(thrown), stage: 'store' });
      }
      const device = await this.#progress.run('reach', () => this.#meetDevice(trust));
      await this.#progress.run('identify', () => this.#identify(device));
      const answer = await this.#progress.run('send', () => this.#sendCode(device, trust));
      const issued = await this.#progress.run('check', () =>
        readCredentials(answer, trust.rootCa, this.#context.now()),
      );
      this.#notes = issued.notes;
      const record = await this.#progress.run('store', () => this.#store(device, issued, trust));
      const pairing = await this.#progress.run('prove', async () => {
        const proved = await proveConnection(
          record,
          issued.credentials,
          this.#context,
          trust,
          this.#cancel.signal,
        );
        return vault.promote(this.pairingId, proved);
      });
      this.#progress.end({ kind: 'paired', pairing });
      return ok(pairing);
    } catch (thrown) {
      return this.#failed(this.#progress.tag(toAppError(thrown)));
    }
  }

  async #meetDevice(trust: Trust): Promise<Device> {
    // Checks and moves of this pairing would meet half of the old and half of the new one.
    if (this.#replaced) await this.#hold(this.#replaced.identity);
    const connection = await openConnection({
      address: this.#request.address,
      trust,
      signal: withDeadline(this.#cancel.signal, this.#context.timing.connectMs),
      onHandshake: () => this.#progress.advance('verify'),
    });
    // The user may take minutes to answer; a later connection is pinned to this certificate instead.
    connection.socket.destroy();
    return { identity: connection.identity, certificate: connection.certificate };
  }

  async #identify({ identity, certificate }: Device): Promise<void> {
    const { vault } = this.#context;
    const { serial, replaces, allowSwap, posId } = this.#request;
    const replaced = replaces === undefined ? undefined : vault.find(replaces);
    if (replaces !== undefined && !replaced) throw failure('not-found', `pairing ${replaces}`);
    // A swapped device is a new acquaintance: it is confirmed like the first one.
    const expected =
      (allowSwap ? undefined : replaced?.identity) ??
      (serial ? { kind: 'serial' as const, serial } : undefined);
    if (expected) requireIdentity(identity, expected);
    const taken = vault.pairings.some(
      (other) => other.id !== replaces && other.posId === posId && sameIdentity(other.identity, identity),
    );
    if (taken) throw failure('pos-id-duplicate', '', { params: { posId } });
    if (expected) return;
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

  async #sendCode(device: Device, trust: Trust): Promise<string> {
    const { address, transport, posId, setupCode } = this.#request;
    const { timing } = this.#context;
    await this.#hold(device.identity);
    const connection = await openConnection({
      address,
      trust,
      signal: withDeadline(this.#cancel.signal, timing.connectMs),
      identity: device.identity,
      pinnedCertificate: device.certificate,
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

  async #store(device: Device, issued: CheckedCredentials, trust: Trust): Promise<PairingRecord> {
    const { vault } = this.#context;
    if (this.#cancel.signal.aborted) throw failure('cancelled', 'before storing');
    // What was removed meanwhile stays removed.
    if (this.#request.replaces !== undefined && !vault.find(this.pairingId))
      throw failure('not-found', `pairing ${this.pairingId} was removed`);
    const draft = this.#draftRecord(device, issued, trust);
    await vault.storePending(draft, issued.credentials);
    this.#isStored = true;
    return draft;
  }

  #draftRecord(device: Device, issued: CheckedCredentials, { rootCa }: Trust): PairingRecord {
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
      trustAnchorFingerprint256: rootCa.root.fingerprint256,
      lastCheck: null,
    };
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
    if (this.#held.some((held) => sameIdentity(held.device, device))) return;
    const { signal } = this.#cancel;
    const lease = await this.#context.leases.acquire(device, { holder: 'pairing', signal });
    this.#held.push({ device, lease });
  }
}

/** Whatever the device had to say, in a message or in a certificate: the code is in no error. */
function withoutSecret({ params, detail, ...error }: AppError, secret: string): AppError {
  const clean = (text: string) => redact(text, [secret]);
  return {
    ...error,
    detail: clean(detail),
    ...(params && {
      params: Object.fromEntries(Object.entries(params).map(([name, text]) => [name, clean(text)])),
    }),
  };
}
