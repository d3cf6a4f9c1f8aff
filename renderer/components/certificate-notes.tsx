import { useTranslation } from 'react-i18next';
import type { CredentialNote, PairingRecord } from '../../shared/pairing.ts';
import { useFormats } from '../format.ts';
import { Fold } from './fold.tsx';

/** What was odd about the keys and certificates the device issued: harmless as long as it accepts them. */
export function CertificateNotes({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const noteText = useNoteText();
  const { credentialNotes: notes } = pairing;
  if (notes.length === 0) return null;
  return (
    <Fold title={t('certificateNotes.title')} className="certificate-notes">
      <p>{t('certificateNotes.intro')}</p>
      <ul>
        {notes.map((note) => (
          <li key={JSON.stringify(note)}>{noteText(note)}</li>
        ))}
      </ul>
    </Fold>
  );
}

function useNoteText(): (note: CredentialNote) => string {
  const { t } = useTranslation();
  const format = useFormats();
  return (note) => {
    switch (note.code) {
      case 'incomplete':
      case 'issuer-unknown':
      case 'purpose':
        return t(`certificateNotes.${note.code}`);
      case 'signature':
        return note.digest === undefined
          ? t('certificateNotes.signature')
          : t('certificateNotes.signatureWeak', { digest: note.digest });
      case 'not-yet-valid':
        return t('certificateNotes.not-yet-valid', {
          date: format.dateTime(note.date),
          ahead: format.span(note.aheadMs),
        });
      case 'expired':
        return t('certificateNotes.expired', { date: format.dateTime(note.date) });
    }
  };
}
