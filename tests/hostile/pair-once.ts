import { toAppError } from '../../electron/core/failure.ts';
import { readRootCas } from '../../electron/core/pki/root-ca.ts';
import { identityText } from '../../shared/identity.ts';
import { DAY_MS } from '../simulator/pki.ts';
import { testRegister } from '../support/register.ts';
import { CODE, type Job, type Outcome } from './job.ts';

/** A register that is new: adds the Root CAs, pairs, and confirms whatever device it is asked about. */
export async function pairOnce(job: Job): Promise<Outcome> {
  const started = performance.now();
  const ended = (rest: Omit<Outcome, 'ms'>): Outcome => ({ ...rest, ms: performance.now() - started });
  const register = testRegister(undefined, job.timing);
  const addedAt = Date.now() - job.addedDaysAgo * DAY_MS;
  try {
    for (const file of job.rootCaFiles)
      for (const candidate of readRootCas(Buffer.from(file), addedAt, 0).candidates)
        register.vault.trustRootCa(candidate, new Date(addedAt).toISOString());
  } catch (thrown) {
    const { code, detail } = toAppError(thrown);
    return ended({ code, stage: 'root-ca', detail, asked: undefined, stored: undefined, leaked: false });
  }
  const authority = `${job.host}:${job.port}`;
  const { result, progress, asked } = await register.pair(
    { addresses: { https: `https://${authority}`, wss: `wss://${authority}` }, code: CODE },
    job.transport,
  );
  const [identity] = asked;
  const [stored] = register.vault.pairings;
  const told = JSON.stringify([result, progress]);
  return ended({
    ...(result.ok
      ? { code: result.value.proved ? 'paired' : 'waiting', stage: undefined, detail: '' }
      : { code: result.error.code, stage: result.error.stage, detail: result.error.detail }),
    asked: identity && identityText(identity),
    stored: stored && {
      clientCertificate: stored.clientCertificate.fingerprint256,
      notes: (stored.credentialNotes ?? []).map(({ code }) => code),
      protection: stored.protection,
    },
    leaked: told.includes(CODE) || /PRIVATE KEY|MII[A-Za-z0-9+/]{60}/.test(told),
  });
}
