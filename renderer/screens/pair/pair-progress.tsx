import { Ban, Check, MessageSquareText, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { type DeviceIdentity, identityText } from '../../../shared/identity.ts';
import type { CertificateSummary, PairingProgress, StageProgress } from '../../../shared/pairing.ts';
import { Button } from '../../components/button.tsx';
import { CertificateFacts } from '../../components/certificate.tsx';
import { LinkDrawing, SerialDrawing } from '../../components/drawings.tsx';
import { Fold } from '../../components/fold.tsx';
import { ActionBar, Announcement, Screen } from '../../components/screen.tsx';
import { useActions } from '../../state/context.tsx';
import { StageList } from './stage-list.tsx';

interface PairProgressProps {
  readonly progress: Omit<PairingProgress, 'attemptId' | 'outcome' | 'stages'> & {
    readonly stages: readonly StageProgress[];
  };
  readonly cancelling: boolean;
}

export function PairProgress({ progress, cancelling }: PairProgressProps) {
  const { t } = useTranslation();
  const { cancelPairing } = useActions();
  const current = progress.stages.find(({ state }) => state === 'running' || state === 'needs-you');
  const question = progress.identityQuestion;
  return (
    <Screen title={t('progress.title')} intro={t('progress.intro')}>
      <div className="columns columns-stages">
        <section className="card">
          <StageList stages={progress.stages} />
        </section>
        {question ? (
          <IdentityQuestion identity={question.identity} certificate={question.certificate} />
        ) : (
          <section className="card card-sunken work">
            <LinkDrawing />
            <h2>{current ? t(`stages.${current.stage}`) : t('progress.started')}</h2>
            <p className="muted">{current ? t(`stageHints.${current.stage}`) : t('progress.calmText')}</p>
            {progress.deviceMessage && (
              <div className="device-message">
                <MessageSquareText aria-hidden="true" />
                <div>
                  <p className="device-message-label">{t('progress.deviceSays')}</p>
                  <p>{progress.deviceMessage}</p>
                </div>
              </div>
            )}
          </section>
        )}
      </div>
      <Announcement>
        {current
          ? t('stageLabel', {
              stage: t(`stages.${current.stage}`),
              state: t(`stageStates.${current.state}`),
            })
          : t('progress.started')}
      </Announcement>
      <Announcement>{progress.deviceMessage ?? ''}</Announcement>
      <ActionBar
        start={
          <Button size="large" icon={X} busy={cancelling} onPress={cancelPairing}>
            {cancelling ? t('common.cancelling') : t('common.cancel')}
          </Button>
        }
      />
    </Screen>
  );
}

interface IdentityQuestionProps {
  readonly identity: DeviceIdentity;
  readonly certificate: CertificateSummary;
}

/** The focus goes to the question, not to a button: the Enter of a scanner must not answer it. */
function IdentityQuestion({ identity, certificate }: IdentityQuestionProps) {
  const { t } = useTranslation();
  const { answerIdentity } = useActions();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const bySerial = identity.kind === 'serial';
  return (
    <section className="card card-accent identity" aria-labelledby="identity-question">
      <div className="identity-top">
        <div>
          <h2 id="identity-question" ref={heading} tabIndex={-1}>
            {bySerial ? t('identity.question') : t('identity.questionAddress')}
          </h2>
          <p className="identity-label">{bySerial ? t('facts.serial') : t('identity.address')}</p>
          <p className="identity-value">{identityText(identity)}</p>
          <p className="muted">{bySerial ? t('identity.where') : t('identity.whereAddress')}</p>
        </div>
        {bySerial && <SerialDrawing />}
      </div>
      <div className="identity-actions">
        <Button look="primary" size="large" icon={Check} onPress={() => answerIdentity(true)}>
          {t('identity.yes')}
        </Button>
        <Button size="large" icon={Ban} onPress={() => answerIdentity(false)}>
          {t('identity.no')}
        </Button>
      </div>
      <p className="muted">{t('identity.safe')}</p>
      <Fold title={t('certificate.details')}>
        <CertificateFacts certificate={certificate} />
      </Fold>
    </section>
  );
}
