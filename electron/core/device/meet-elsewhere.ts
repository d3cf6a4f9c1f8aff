import type { X509Certificate } from 'node:crypto';
import { failure } from '../failure.ts';
import type { RootCa } from '../pki/root-ca.ts';
import { statesWholeName } from './identity.ts';
import { type QuietCheckOptions, quietCheck } from './quiet-check.ts';

/**
 * Checks, without touching the device's channel, that a paired device leads to one of `trust.rootCas`, states its
 * serial number by the very same whole name, and still accepts our certificate. Throws {@link Failure} as
 * {@link quietCheck} does, `mtls-refused`, and `serial-mismatch` where only a part of the name is known.
 */
export async function meetElsewhere(
  options: QuietCheckOptions,
): Promise<{ readonly rootCa: RootCa; readonly certificate: X509Certificate }> {
  const outcome = await quietCheck(options);
  if (outcome.kind === 'refused') throw failure('mtls-refused', outcome.detail);
  const { certificate, rootCa } = outcome;
  if (!statesWholeName(certificate, options.address.host, options.identity))
    throw failure('serial-mismatch', 'its whole name is not the one of the pairing');
  return { rootCa, certificate };
}
