import { Check, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { Checkbox } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { AppError } from '../../../shared/errors.ts';
import { formatAuthority } from '../../../shared/inputs.ts';
import type { RootCaPreview } from '../../../shared/root-ca.ts';
import { Button } from '../../components/button.tsx';
import { CertificateFacts, CertificateOutline, commonName } from '../../components/certificate.tsx';
import { ActionBar, Screen } from '../../components/screen.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useActions, useAppState } from '../../state/context.tsx';

interface PreviewRootCaProps {
  readonly preview: RootCaPreview;
  readonly onBack: () => void;
  readonly onFailed: (error: AppError) => void;
  readonly onDone: () => void;
}

export function PreviewRootCa({ preview, onBack, onFailed, onDone }: PreviewRootCaProps) {
  const { t } = useTranslation();
  const { trustRootCa } = useActions();
  const { pairings } = useAppState();
  const [understood, setUnderstood] = useState(false);
  const { root, replaces, intermediates } = preview;
  const same = replaces?.fingerprint256 === root.fingerprint256;
  const replacing = replaces !== null && !same;
  const affected = pairings.filter(({ id }) => preview.affectedPairingIds.includes(id));
  const count = preview.affectedPairingIds.length;

  const trusting = useAction(() => trustRootCa(root.fingerprint256, replacing && understood));
  const trust = async () => {
    const trusted = await trusting.run();
    if (trusted.ok) onDone();
    // Without the manager it stays as it was.
    else if (trusted.error.code !== 'manager-needed') onFailed(trusted.error);
  };

  return (
    <Screen
      title={replacing ? t('rootCa.replaceTitle') : t('rootCa.previewTitle')}
      intro={same ? t('rootCa.same') : t('rootCa.previewIntro')}
    >
      <div className={replacing ? 'columns columns-even' : 'stack'}>
        <div className="stack">
          <section className="card card-accent stack-tight" aria-labelledby="new-heading">
            <div className="card-title">
              <ShieldCheck className="icon-accent" aria-hidden="true" />
              <h2 id="new-heading">{replacing ? t('rootCa.newHeading') : commonName(root.subject)}</h2>
            </div>
            <CertificateFacts certificate={root} copyName={t('certificate.fingerprint')} />
            {intermediates.length > 0 && (
              <p className="muted">{t('certificate.intermediates', { count: intermediates.length })}</p>
            )}
          </section>
          {replacing && (
            <section className="card stack-tight" aria-labelledby="old-heading">
              <h2 id="old-heading">{t('rootCa.oldHeading')}</h2>
              <CertificateOutline certificate={replaces} />
            </section>
          )}
        </div>
        {replacing && (
          <section className="panel panel-warn">
            <div className="panel-body">
              <p>{count > 0 ? t('rootCa.affected', { count }) : t('rootCa.affectedNone')}</p>
              {affected.length > 0 && (
                <ul className="affected">
                  {affected.map((pairing) => (
                    <li key={pairing.id}>
                      <strong>{pairing.posId}</strong>
                      <span>
                        {pairing.identity.kind === 'serial'
                          ? t('facts.serialValue', { serial: pairing.identity.serial })
                          : t('facts.hostValue', { host: pairing.identity.host })}
                      </span>
                      <span className="mono">{formatAuthority(pairing.address)}</span>
                    </li>
                  ))}
                </ul>
              )}
              <Checkbox className="checkbox" isSelected={understood} onChange={setUnderstood}>
                <span className="checkbox-box" aria-hidden="true">
                  <Check />
                </span>
                <span>{t('rootCa.understand', { count })}</span>
              </Checkbox>
            </div>
          </section>
        )}
      </div>
      <ActionBar
        start={
          <Button size="large" onPress={onBack}>
            {t('rootCa.chooseAnother')}
          </Button>
        }
      >
        {same ? (
          <Button look="primary" size="large" onPress={onDone}>
            {t('rootCa.trustSame')}
          </Button>
        ) : (
          <Button
            look="primary"
            size="large"
            icon={ShieldCheck}
            busy={trusting.isBusy}
            isDisabled={replacing && !understood}
            onPress={trust}
          >
            {t('rootCa.trust')}
          </Button>
        )}
      </ActionBar>
    </Screen>
  );
}
