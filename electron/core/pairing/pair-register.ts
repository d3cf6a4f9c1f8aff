import type { AppError } from '../../../shared/errors.ts';
import type { DeviceIdentity } from '../../../shared/identity.ts';
import { sameIdentity } from '../../../shared/identity.ts';
import type { PairingProgress, PairingRecord } from '../../../shared/pairing.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { currentTrust, type PairingContext } from '../context.ts';
import { openConnection, type Trust } from '../device/connection.ts';
import { cancellable, withDeadline } from '../device/deadline.ts';
import { type MetDevice, meetDevice } from '../device/first-meeting.ts';
import { requestCredentials } from '../device/pairing-request.ts';
import { Failure, failure, toAppError } from '../failure.ts';
import { summarize } from '../pki/certificate.ts';
import { type CheckedCredentials, readCredentials } from '../pki/credentials.ts';
import { redact } from '../redact.ts';
import type { StoredCredentials } from '../vault/vault.ts';
import { isKnownDevice } from './known-device.ts';
import { ProgressTracker } from './progress.ts';
import { proveConnection } from './prove-connection.ts';
import type { ValidPairingRequest } from './valid-request.ts';

export interface PairingHooks {
  readonly onProgress: (progress: PairingProgress) => void;
  /** Asks the user whether this is the device in front of them. */
  readonly confirmIdentity: (identity: DeviceIdentity) => Promise<boolean>;
  /** Called before anything but a TLS handshake goes to the device: it has one channel, and it must be free. */
  readonly freeDevice: (identity: DeviceIdentity) => Promise<void>;
}

/**
 * The pairing of this register with a device, stage by stage (shared/errors.ts STAGES). The setup code leaves
 * only in stage `send`, over a connection whose device was verified, confirmed and pinned. New credentials are
 * stored beside old ones and replace them once a real mTLS connection has proved them. Never throws.
 */
export async function pairRegister(
  ids: { readonly attemptId: string; readonly pairingId: string },
  request: ValidPairingRequest,
  context: PairingContext,
  hooks: PairingHooks,
  signal: AbortSignal,
): Promise<Result<PairingRecord>> {
  const progress = new ProgressTracker(ids.attemptId, hooks.onProgress);
  const id = ids.pairingId;
  let staged = false;
  try {
    const trust = currentTrust(context);
    // A code is good once: it must not be spent on credentials that cannot be kept.
    try {
      context.vault.requireStorage();
    } catch (thrown) {
      throw new Failure({ ...toAppError(thrown), stage: 'store' });
    }
    const device = await reach(request, context, trust, progress, signal);
    await progress.run('identify', () => identify(device, request, context, trust, progress, hooks, signal));
    const answer = await progress.run('send', async () => {
      await hooks.freeDevice(device.identity);
      return sendCode(device, request, context, trust, progress, signal);
    });
    const issued = await progress.run('check', () =>
      readCredentials(answer, trust.rootCa, context.now(), trust.knownPast),
    );
    const record = await progress.run('store', () => {
      if (signal.aborted) throw failure('cancelled', 'before storing');
      // What was removed meanwhile stays removed.
      if (request.replaces !== undefined && !context.vault.find(id))
        throw failure('not-found', `pairing ${id} was removed`);
      const draft = draftRecord(id, device, issued, request, context, trust);
      context.vault.stage(draft, issued.credentials);
      staged = true;
      return draft;
    });
    const pairing = await progress.run('prove', async () => {
      const proved = await proveConnection(record, issued.credentials, context, trust, signal);
      return context.vault.promote(id, proved);
    });
    progress.end({ kind: 'paired', pairing });
    return ok(pairing);
  } catch (thrown) {
    let error = withoutSecret(progress.tag(toAppError(thrown)), request.setupCode);
    if (staged && error.code === 'mtls-refused') {
      try {
        context.vault.discardPending(id);
        staged = false;
      } catch (discarding) {
        error = { ...error, detail: `${error.detail}; ${toAppError(discarding).detail}` };
      }
    }
    progress.end({ kind: 'failed', error, credentialsKept: staged });
    return err(error);
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

function reach(
  { address, replaces, allowSwap }: ValidPairingRequest,
  { timing, vault }: PairingContext,
  trust: Trust,
  progress: ProgressTracker,
  signal: AbortSignal,
): Promise<MetDevice> {
  return progress.run('reach', () =>
    meetDevice({
      address,
      trust,
      signal: withDeadline(signal, timing.connectMs),
      onHandshake: () => progress.advance('verify'),
      earlierCertificate: async () =>
        replaces === undefined || allowSwap ? undefined : certificateInUse(await vault.credentials(replaces)),
    }),
  );
}

const certificateInUse = (stored: readonly StoredCredentials[]) =>
  stored.find(({ pending }) => !pending)?.credentials;

async function identify(
  { identity, certificate }: MetDevice,
  request: ValidPairingRequest,
  { vault }: PairingContext,
  { rootCa }: Trust,
  progress: ProgressTracker,
  { confirmIdentity }: PairingHooks,
  signal: AbortSignal,
): Promise<void> {
  const { replaces, posId } = request;
  const replaced = replaces === undefined ? undefined : vault.find(replaces);
  if (replaces !== undefined && !replaced) throw failure('not-found', `pairing ${replaces}`);
  const isKnown = isKnownDevice({ identity, certificate }, request, replaced, vault.pairings, rootCa);
  const taken = vault.pairings.some(
    (other) => other.id !== replaces && other.posId === posId && sameIdentity(other.identity, identity),
  );
  if (taken) throw failure('pos-id-duplicate', '', { params: { posId } });
  if (isKnown) return;
  const accepted = await progress.ask({ identity, certificate: summarize(certificate) }, () =>
    cancellable<boolean>(signal, 'the confirmation of the device', (resolve, reject) => {
      confirmIdentity(identity).then(resolve, reject);
      return () => {};
    }),
  );
  if (!accepted) throw failure('identity-rejected');
}

async function sendCode(
  device: MetDevice,
  request: ValidPairingRequest,
  { timing }: PairingContext,
  trust: Trust,
  progress: ProgressTracker,
  signal: AbortSignal,
): Promise<string> {
  const { address, transport, posId, setupCode } = request;
  const connection = await openConnection({
    address,
    trust,
    signal: withDeadline(signal, timing.connectMs),
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
    signal: withDeadline(signal, timing.answerMs),
    onStatus: (message) => progress.showDeviceMessage(message),
  });
}

function draftRecord(
  id: string,
  device: MetDevice,
  issued: CheckedCredentials,
  request: ValidPairingRequest,
  { now, vault }: PairingContext,
  { rootCa }: Trust,
): PairingRecord {
  const replaced = vault.find(id);
  return {
    id,
    posId: request.posId,
    name: replaced?.name ?? '',
    watchLive: replaced?.watchLive ?? false,
    address: request.address,
    transport: request.transport,
    identity: device.identity,
    pairedAt: new Date(now()).toISOString(),
    proved: false,
    deviceCertificate: summarize(device.certificate),
    clientCertificate: summarize(issued.clientCertificate),
    clientIssuer: summarize(issued.issuer),
    trustAnchorFingerprint256: rootCa.root.fingerprint256,
    lastCheck: null,
  };
}
