import { Check, Info, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { Checkbox, CheckboxGroup, Label } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { AppError } from '../../../shared/errors.ts';
import {
  commonName,
  type LeftOutCertificate,
  MOST_ROOT_CAS,
  type RootCaPreview,
} from '../../../shared/root-ca.ts';
import { Button } from '../../components/button.tsx';
import { CertificateFacts } from '../../components/certificate.tsx';
import { ActionBar, Screen } from '../../components/screen.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useActions, useAppState } from '../../state/context.tsx';

type Candidate = RootCaPreview['candidates'][number];

interface PreviewRootCaProps {
  readonly preview: RootCaPreview;
  readonly onBack: () => void;
  readonly onFailed: (error: AppError) => void;
  readonly onDone: () => void;
}

/** What was read, to be compared and confirmed. Of several Root CAs in one file those are chosen that are needed. */
export function PreviewRootCa({ preview: { candidates, leftOut }, onBack, ...ends }: PreviewRootCaProps) {
  const { t } = useTranslation();
  const { trustRootCas } = useActions();
  const { rootCas } = useAppState();
  const isOnly = candidates.length === 1;
  const untrusted = candidates.filter(({ isTrusted }) => !isTrusted);
  const [chosen, setChosen] = useState<readonly string[]>(
    isOnly ? untrusted.map(({ root }) => root.fingerprint256) : [],
  );
  const room = MOST_ROOT_CAS - rootCas.length;
  const isAnother = rootCas.length > 0 && untrusted.length > 0;

  const trusting = useAction(() => trustRootCas([...chosen]));
  const trust = async () => {
    const trusted = await trusting.run();
    if (trusted.ok) ends.onDone();
    // Without the manager it stays as it was.
    else if (trusted.error.code !== 'manager-needed') ends.onFailed(trusted.error);
  };

  const problem =
    untrusted.length === 0
      ? null
      : chosen.length === 0
        ? t('rootCas.nothingChosen')
        : chosen.length > room
          ? t('rootCas.tooMany', { count: room, most: MOST_ROOT_CAS })
          : null;
  const title = isOnly
    ? isAnother
      ? t('rootCas.addTitle')
      : t('rootCa.previewTitle')
    : t('rootCas.chooseTitle');
  const intro = isOnly ? t('rootCa.previewIntro') : t('rootCas.chooseIntro');

  return (
    <Screen title={title} intro={untrusted.length === 0 ? t('rootCa.same') : intro}>
      <div className="stack">
        {isAnother && (
          <section className="panel panel-warn">
            <div className="panel-body">
              <p>{t('rootCas.addWarning')}</p>
            </div>
          </section>
        )}
        {isOnly ? (
          candidates.map((candidate) => (
            <section
              key={candidate.root.fingerprint256}
              className="card card-accent stack-tight"
              aria-labelledby="new-heading"
            >
              <div className="card-title">
                <ShieldCheck className="icon-accent" aria-hidden="true" />
                <h2 id="new-heading">{commonName(candidate.root.subject)}</h2>
              </div>
              <CandidateFacts candidate={candidate} />
            </section>
          ))
        ) : (
          <Choice candidates={candidates} chosen={chosen} onChange={setChosen} />
        )}
        <LeftOut certificates={leftOut} />
      </div>
      <ActionBar
        start={
          <Button size="large" onPress={onBack}>
            {t('rootCa.chooseAnother')}
          </Button>
        }
      >
        {problem !== null && (
          <p id="trust-blocked" className="action-reason" role="status">
            {problem}
          </p>
        )}
        {untrusted.length === 0 ? (
          <Button look="primary" size="large" onPress={ends.onDone}>
            {t('rootCa.trustSame')}
          </Button>
        ) : (
          <Button
            look="primary"
            size="large"
            icon={ShieldCheck}
            busy={trusting.isBusy}
            isDisabled={problem !== null}
            onPress={trust}
            {...(problem !== null && { 'aria-describedby': 'trust-blocked' })}
          >
            {isOnly ? t('rootCa.trust') : t('rootCas.trustChosen')}
          </Button>
        )}
      </ActionBar>
    </Screen>
  );
}

function CandidateFacts({ candidate: { root, intermediates } }: { readonly candidate: Candidate }) {
  const { t } = useTranslation();
  return (
    <>
      <CertificateFacts certificate={root} copyName={t('certificate.fingerprint')} />
      {intermediates.length > 0 && (
        <p className="muted">{t('certificate.intermediates', { count: intermediates.length })}</p>
      )}
    </>
  );
}

interface ChoiceProps {
  readonly candidates: readonly Candidate[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

function Choice({ candidates, chosen, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  return (
    <CheckboxGroup className="stack" value={[...chosen]} onChange={onChange}>
      <Label className="visually-hidden">{t('rootCas.chooseTitle')}</Label>
      {candidates.map((candidate) => {
        const { root, isTrusted } = candidate;
        const name = commonName(root.subject);
        return (
          <div key={root.fingerprint256} className="card stack-tight" data-fingerprint={root.fingerprint256}>
            {isTrusted ? (
              <div className="card-title">
                <h2>{name}</h2>
                <span className="chip chip-success">
                  <ShieldCheck aria-hidden="true" />
                  <span>{t('rootCas.alreadyTrusted')}</span>
                </span>
              </div>
            ) : (
              <Checkbox value={root.fingerprint256} className="checkbox choice">
                <span className="checkbox-box" aria-hidden="true">
                  <Check />
                </span>
                <span>{t('rootCas.choose', { name })}</span>
              </Checkbox>
            )}
            <CandidateFacts candidate={candidate} />
          </div>
        );
      })}
    </CheckboxGroup>
  );
}

/** What of the file was of no use, so that nobody looks for it later. */
function LeftOut({ certificates }: { readonly certificates: readonly LeftOutCertificate[] }) {
  const { t } = useTranslation();
  if (certificates.length === 0) return null;
  return (
    <section className="card card-sunken left-out">
      <Info aria-hidden="true" />
      <div>
        <p>{t('rootCas.leftOut', { count: certificates.length })}</p>
        <ul className="consequences">
          {certificates.map(({ subject, problem }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list of one file never changes
            <li key={index}>{t(`rootCas.leftOutBecause.${problem}`, { name: commonName(subject) })}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}
