import type { AppError } from '../../../shared/errors.ts';
import type { CredentialNote } from '../../../shared/pairing.ts';

/** A note that names the reason better comes first. */
const PRIORITY: readonly CredentialNote['code'][] = [
  'incomplete',
  'not-yet-valid',
  'expired',
  'purpose',
  'issuer-unknown',
  'signature',
];

function reasonOf(note: CredentialNote): Pick<AppError, 'code' | 'params'> {
  switch (note.code) {
    case 'incomplete':
      return { code: 'answer-malformed' };
    case 'not-yet-valid': {
      const seconds = Math.ceil(note.aheadMs / 1000);
      return { code: 'credentials-not-yet-valid', params: { date: note.date, ahead: `PT${seconds}S` } };
    }
    case 'expired':
      return { code: 'credentials-expired', params: { date: note.date } };
    case 'purpose':
      return { code: 'credentials-purpose' };
    case 'issuer-unknown':
      return { code: 'credentials-issuer-unknown' };
    case 'signature':
      return note.digest === undefined
        ? { code: 'credentials-issuer-unknown' }
        : { code: 'credentials-weak-key', params: { key: note.digest } };
  }
}

/**
 * The reason for a device's refusal of the credentials it has issued itself, as far as they show one. Any other
 * error is returned as it is: it says nothing about the certificate.
 */
export function explainByNotes(error: AppError, notes: readonly CredentialNote[]): AppError {
  if (error.code !== 'mtls-refused') return error;
  const [note] = [...notes].sort((a, b) => PRIORITY.indexOf(a.code) - PRIORITY.indexOf(b.code));
  if (!note) return error;
  return { ...error, ...reasonOf(note), detail: `${error.detail}; noted: ${JSON.stringify(note)}` };
}
