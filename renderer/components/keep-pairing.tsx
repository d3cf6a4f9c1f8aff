import { ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { identityText } from '../../shared/identity.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import { useActions, useAppState } from '../state/context.tsx';
import { nameOfRootCa } from '../state/root-cas.ts';
import { Button } from './button.tsx';
import { Fingerprint } from './certificate.tsx';
import { Fact, Facts } from './facts.tsx';
import { QuestionDialog } from './question-dialog.tsx';

interface KeepPairingProps {
  readonly pairing: PairingRecord;
  /** Fingerprint of the trusted Root CA the device belongs to now. */
  readonly now: string | undefined;
  readonly describedBy: string;
  readonly size: 'normal' | 'large';
  readonly isBusy: boolean;
  /** The offer is gone with its button. */
  readonly onKept: () => void;
}

/** The one confirmation by which a pairing goes over to another trusted Root CA together with its device. */
export function KeepPairing({ pairing, now, describedBy, size, isBusy, onKept }: KeepPairingProps) {
  const { t } = useTranslation();
  const { rootCas } = useAppState();
  const { confirmOtherRootCa } = useActions();
  const [isAsking, setAsking] = useState(false);
  if (now === undefined) return null;
  const close = () => setAsking(false);
  const keep = async () => {
    close();
    if (await confirmOtherRootCa(pairing.id, now)) onKept();
  };
  const name = nameOfRootCa(rootCas, now) ?? now;
  const before = pairing.trustAnchorFingerprint256;
  return (
    <>
      <Button
        look="primary"
        size={size}
        icon={ShieldCheck}
        aria-describedby={describedBy}
        busy={isBusy}
        onPress={() => setAsking(true)}
      >
        {t('actions.confirm-root-ca')}
      </Button>
      {isAsking && (
        <QuestionDialog
          title={t('rootCas.keepTitle', { name })}
          confirm={t('actions.confirm-root-ca')}
          look="primary"
          size="wide"
          onClose={close}
          onConfirm={() => void keep()}
        >
          <p>{t('rootCas.keepText', { serial: identityText(pairing.identity) })}</p>
          <Facts>
            <Fact label={t('rootCas.keepBefore')} isWide>
              <strong>{nameOfRootCa(rootCas, before) ?? t('rootCas.removed')}</strong>
              <Fingerprint value={before} />
            </Fact>
            <Fact label={t('rootCas.keepNow')} isWide>
              <strong>{name}</strong>
              <Fingerprint value={now} />
            </Fact>
          </Facts>
          <p>{t('rootCas.keepDoubt')}</p>
        </QuestionDialog>
      )}
    </>
  );
}
