import type { ErrorCode } from '../../../shared/errors.ts';
import { type HelloAnswer, probeHello } from '../device/hello-probe.ts';
import { failure } from '../failure.ts';
import { lookAt } from './look.ts';
import { byError, notRun, ok, type Verdict } from './verdict.ts';
import type { Check, Look } from './visit.ts';

/** Ends of a handshake that only somebody who speaks TLS can bring about. */
const SAID_IN_TLS: ReadonlySet<ErrorCode> = new Set(['tls-too-old', 'tls-failed', 'mtls-refused']);

/** @param said in answer to a ClientHello of any version, when the handshake came to nothing */
export function judgeSpeech(look: Look, said: HelloAnswer): Verdict {
  if (look.kind === 'seen' || look.spokeTls || SAID_IN_TLS.has(look.error.code)) return ok('speaks-tls');
  const { detail } = look.error;
  switch (said) {
    case 'tls':
    case 'outdated-tls':
      return ok('speaks-tls');
    case 'http':
      return byError(
        'failed',
        failure('plain-http', `HTTP in answer to a TLS handshake; ${detail}`).appError,
      );
    case 'nothing':
      return byError('failed', look.error);
  }
}

const isUnexplained = (look: Look): boolean =>
  look.kind === 'failed' &&
  !look.spokeTls &&
  (look.error.code === 'connection-lost' || look.error.code === 'not-tls');

export const checkSpeaks: Check = {
  name: 'speaks',
  needs: ['tcp'],
  run: async (visit, signal) => {
    if (!visit.trust) return notRun({ reason: 'no-root-ca' });
    const look = await lookAt(visit, visit.trust, signal);
    visit.look = look;
    if (look.kind === 'seen') visit.seen.certificate256 = look.certificate.fingerprint256;
    const said = isUnexplained(look)
      ? await probeHello(visit.address, signal).catch(() => 'nothing' as const)
      : 'nothing';
    return judgeSpeech(look, said);
  },
};
