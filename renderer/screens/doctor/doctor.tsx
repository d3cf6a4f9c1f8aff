import {
  ArrowLeft,
  CircleAlert,
  CircleCheck,
  type LucideIcon,
  RotateCw,
  Stethoscope,
  TriangleAlert,
  X,
} from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type DoctorProgress,
  type DoctorResult,
  doctorResult,
  firstTrouble,
} from '../../../shared/doctor.ts';
import { identityText } from '../../../shared/identity.ts';
import { formatAuthority } from '../../../shared/inputs.ts';
import { nameOf, type PairingRecord } from '../../../shared/pairing.ts';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { InterruptDialog } from '../../components/pairing-status.tsx';
import { ActionBar, Announcement, Screen } from '../../components/screen.tsx';
import { useFormats } from '../../format.ts';
import { useActions, useAppState, useModel } from '../../state/context.tsx';
import { type DoctorSubject, runningId } from '../../state/doctor.ts';
import { CheckList } from './check-list.tsx';
import { doctorWords } from './words.ts';

const COPIED_TOO = 'en';

export function DoctorScreen({ subject }: { readonly subject: DoctorSubject }) {
  const { t, i18n } = useTranslation();
  const { doctor } = useModel();
  const { pairings } = useAppState();
  const pairing = subject.of === 'pairing' ? pairings.find(({ id }) => id === subject.id) : undefined;
  const origin = subject.of === 'pairing' ? 'connection' : 'pairing';
  const words = useMemo(() => doctorWords(i18n.language, origin), [i18n.language, origin]);
  const progress = doctor.state === 'shown' ? doctor.progress : null;
  const result = progress ? doctorResult(progress) : 'running';
  const name = pairing ? nameOf(pairing) : subject.of === 'address' ? subject.address : '';
  return (
    <Screen
      title={pairing ? t('doctor.title', { name }) : t('doctor.titleAddress', { address: name })}
      intro={pairing ? t('doctor.intro') : t('doctor.introAddress')}
    >
      {doctor.state === 'refused' && <ErrorPanel error={doctor.error} />}
      {progress && (
        <div className="columns doctor">
          <section className="card doctor-list" aria-label={t('doctor.checksLabel')}>
            <CheckList checks={progress.checks} wordsOf={words.wordsOf} />
          </section>
          <div className="stack doctor-side">
            <Outcome progress={progress} words={words} />
            <LeftOut progress={progress} pairing={pairing} />
            <Changed progress={progress} words={words} />
            {progress.endedAt && (
              <CopyAll progress={progress} pairing={pairing} subject={subject} language={i18n.language} />
            )}
          </div>
        </div>
      )}
      <Announcement>
        {result === 'running' ? t('doctor.result.running.title') : t(`doctor.result.${result}.title`)}
      </Announcement>
      <DoctorActions
        subject={subject}
        isRunning={runningId(doctor) !== null || doctor.state === 'starting'}
      />
    </Screen>
  );
}

type Words = ReturnType<typeof doctorWords>;

const LOOK: Record<DoctorResult, { readonly icon: LucideIcon; readonly panel: string }> = {
  running: { icon: Stethoscope, panel: 'panel-quiet' },
  ok: { icon: CircleCheck, panel: 'panel-success' },
  partly: { icon: CircleCheck, panel: 'panel-success' },
  warning: { icon: TriangleAlert, panel: 'panel-warn' },
  failed: { icon: CircleAlert, panel: 'panel-danger' },
};

/** The run in one line, and what to do first. */
function Outcome({ progress, words }: { readonly progress: DoctorProgress; readonly words: Words }) {
  const { t } = useTranslation();
  const result = doctorResult(progress);
  const { icon: Icon, panel } = LOOK[result];
  const trouble = result === 'running' ? undefined : firstTrouble(progress.checks);
  const first = trouble && words.wordsOf(trouble);
  const running = progress.checks.find(({ state }) => state === 'running');
  return (
    <section
      className={`panel ${panel} doctor-outcome`}
      aria-labelledby="doctor-outcome"
      data-result={result}
    >
      <div className="panel-title">
        <Icon className="panel-icon" aria-hidden="true" />
        <h2 id="doctor-outcome">{t(`doctor.result.${result}.title`)}</h2>
      </div>
      <div className="panel-body">
        {first ? (
          <>
            <p className="doctor-first">
              <strong>{first.name}</strong>
              <span>{first.what}</span>
            </p>
            {first.todo && (
              <p className="error-todo">
                <strong>{t('panel.todo')}</strong>
                <span>{first.todo}</span>
              </p>
            )}
          </>
        ) : (
          <p>{running ? words.wordsOf(running).name : t(`doctor.result.${result}.text`)}</p>
        )}
      </div>
    </section>
  );
}

interface AboutRun {
  readonly progress: DoctorProgress;
  readonly pairing: PairingRecord | undefined;
}

/** What was left to the POS software can be tested as well, once somebody says so. */
function LeftOut({ progress, pairing }: AboutRun) {
  const { t } = useTranslation();
  const { openDoctor } = useActions();
  const [isAsking, setAsking] = useState(false);
  const isLeft = progress.checks.some(
    (check) => 'because' in check && check.because.reason === 'pos-software',
  );
  if (!isLeft || !progress.endedAt || !pairing) return null;
  return (
    <section className="card doctor-left" aria-labelledby="doctor-left">
      <h2 id="doctor-left">{t('doctor.left.title')}</h2>
      <p className="muted">{t('doctor.left.text')}</p>
      <Button icon={Stethoscope} onPress={() => setAsking(true)}>
        {t('doctor.left.test')}
      </Button>
      {isAsking && (
        <InterruptDialog
          onClose={() => setAsking(false)}
          onConfirm={() => {
            setAsking(false);
            void openDoctor({ of: 'pairing', id: pairing.id }, true);
          }}
        />
      )}
    </section>
  );
}

function Changed({ progress, words }: { readonly progress: DoctorProgress; readonly words: Words }) {
  const { t } = useTranslation();
  const format = useFormats();
  if (!progress.changed) return null;
  const { since } = progress.changed;
  const changes = words.changesOf(progress);
  return (
    <section className="card doctor-changed" aria-labelledby="doctor-changed">
      <h2 id="doctor-changed">{t('doctor.changed.title')}</h2>
      <p className="muted">{t('doctor.changed.since', { date: format.dateTime(since) })}</p>
      {changes.length > 0 ? (
        <ul>
          {changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      ) : (
        <p>{t('doctor.changed.nothing')}</p>
      )}
    </section>
  );
}

/** In English as well: support reads that, wherever the register stands. */
function CopyAll({
  progress,
  pairing,
  subject,
  language,
}: AboutRun & { readonly subject: DoctorSubject; readonly language: string }) {
  const { t } = useTranslation();
  const { version, runtime } = useAppState();
  const origin = subject.of === 'pairing' ? 'connection' : 'pairing';
  const textIn = (each: string) => {
    const words = doctorWords(each, origin);
    const posId = pairing?.posId ?? '';
    const serial = pairing ? identityText(pairing.identity) : subject.of === 'address' ? subject.serial : '';
    const rows: [string, string][] = [
      [words.t('facts.posId'), posId],
      [words.t('facts.serial'), serial],
      [words.t('facts.address'), formatAuthority(progress.address)],
      [words.t('support.version'), version],
      [words.t('support.system'), `${runtime.system}; Electron ${runtime.electron}`],
    ];
    return words.textOf(
      progress,
      rows.filter(([, value]) => value !== ''),
    );
  };
  const languages = language === COPIED_TOO ? [COPIED_TOO] : [language, COPIED_TOO];
  return (
    <div>
      <CopyButton text={languages.map(textIn).join('\n\n')} label={t('support.copy')} />
    </div>
  );
}

function DoctorActions({
  subject,
  isRunning,
}: {
  readonly subject: DoctorSubject;
  readonly isRunning: boolean;
}) {
  const { t } = useTranslation();
  const { go, reopenForm, openDoctor, cancelDoctor } = useActions();
  const back = () => (subject.of === 'pairing' ? go({ name: 'device', id: subject.id }) : reopenForm(null));
  return (
    <ActionBar
      start={
        <Button size="large" icon={ArrowLeft} onPress={back}>
          {t('common.back')}
        </Button>
      }
    >
      {isRunning ? (
        <Button size="large" icon={X} onPress={() => void cancelDoctor()}>
          {t('common.cancel')}
        </Button>
      ) : (
        <Button look="primary" size="large" icon={RotateCw} onPress={() => void openDoctor(subject, false)}>
          {t('doctor.again')}
        </Button>
      )}
    </ActionBar>
  );
}
