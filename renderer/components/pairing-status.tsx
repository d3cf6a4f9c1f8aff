import {
  Cable,
  CalendarX2,
  CircleAlert,
  CircleDashed,
  CircleHelp,
  Clock,
  Hourglass,
  LockKeyhole,
  type LucideIcon,
  MonitorSmartphone,
  RefreshCw,
  RotateCw,
  ShieldCheck,
  ShieldQuestionMark,
  ShieldX,
  Stethoscope,
  TriangleAlert,
  Unplug,
} from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppError } from '../../shared/errors.ts';
import { sameChannel } from '../../shared/identity.ts';
import { formatAuthority } from '../../shared/inputs.ts';
import { nameOf, type PairingRecord } from '../../shared/pairing.ts';
import { type ConnectionState, type PairingStatus, statusAction } from '../../shared/status.ts';
import { useFormats } from '../format.ts';
import { errorText } from '../i18n.ts';
import { useActions, useMirror } from '../state/context.tsx';
import { daysUntil } from '../state/pairing-list.ts';
import { Button } from './button.tsx';
import { KeepPairing } from './keep-pairing.tsx';
import { QuestionDialog } from './question-dialog.tsx';
import { Announcement } from './screen.tsx';

export type Tone = 'success' | 'warn' | 'danger' | 'neutral';

/** How each state looks, here and nowhere else. */
export const STATE_LOOK: Record<ConnectionState, { readonly icon: LucideIcon; readonly tone: Tone }> = {
  unknown: { icon: CircleDashed, tone: 'neutral' },
  checking: { icon: CircleDashed, tone: 'neutral' },
  connected: { icon: ShieldCheck, tone: 'success' },
  'till-connected': { icon: Cable, tone: 'success' },
  waiting: { icon: Hourglass, tone: 'warn' },
  'in-use': { icon: MonitorSmartphone, tone: 'neutral' },
  unclear: { icon: CircleHelp, tone: 'warn' },
  'tls-only': { icon: LockKeyhole, tone: 'warn' },
  reconnecting: { icon: RefreshCw, tone: 'warn' },
  unreachable: { icon: Unplug, tone: 'danger' },
  'wrong-device': { icon: CircleHelp, tone: 'danger' },
  'other-root-ca': { icon: ShieldQuestionMark, tone: 'warn' },
  refused: { icon: ShieldX, tone: 'danger' },
  expired: { icon: CalendarX2, tone: 'danger' },
  'clock-wrong': { icon: Clock, tone: 'danger' },
  failed: { icon: CircleAlert, tone: 'danger' },
};

export function StateChip({ status }: { readonly status: PairingStatus }) {
  const { t } = useTranslation();
  const { icon: Icon, tone } = STATE_LOOK[status.state];
  return (
    <>
      <span className={`chip chip-${tone}`} data-connection-state={status.state}>
        <Icon aria-hidden="true" />
        <span>{t(`status.${status.state}.label`)}</span>
      </span>
      {status.live && <LiveMark />}
    </>
  );
}

/** A watched channel is open. */
export function LiveMark() {
  const { t } = useTranslation();
  return (
    <span className="live-mark" data-live="true">
      <span className="live-dot" aria-hidden="true" />
      {t('status.live')}
    </span>
  );
}

/** The one plain sentence of a state. Where the state is only "failed", the error knows more. */
export function useStatusSentence({ state, error, movedTo }: PairingStatus): string {
  const { t } = useTranslation();
  if (movedTo) return t('status.moved', { address: formatAuthority(movedTo) });
  return state === 'failed' && error ? errorText(error, 'connection').what : t(`status.${state}.sentence`);
}

/** Says that a certificate of the pairing expires soon, or has expired. */
export function ExpiryWarning({
  expiry,
  now,
}: {
  readonly expiry: PairingStatus['expiry'];
  readonly now: number;
}) {
  const { t } = useTranslation();
  const format = useFormats();
  if (!expiry) return null;
  const { level, certificate, date } = expiry;
  const values = { date: format.date(date), count: Math.max(1, daysUntil(date, now)) };
  return (
    <p className="expiry" data-expiry={level} data-tone={level === '30-days' ? 'warn' : 'danger'}>
      <TriangleAlert aria-hidden="true" />
      <span>
        {level === 'expired'
          ? t(`status.expiry.${certificate}Ended`, values)
          : t(`status.expiry.${certificate}`, values)}
      </span>
    </p>
  );
}

interface PairingActionsProps {
  readonly pairing: PairingRecord;
  readonly status: PairingStatus;
  /** Names the pairing for those who hear the buttons out of context. */
  readonly describedBy: string;
  readonly size?: 'normal' | 'large';
  /** Offers the full test beside the quiet check, and says what it takes. */
  readonly withFullTest?: boolean;
}

/** `Check connection`, always, and the state's own action, if it has another one: at most one is primary. */
export function PairingActions({
  pairing,
  status,
  describedBy,
  size = 'normal',
  withFullTest = false,
}: PairingActionsProps) {
  const { t } = useTranslation();
  const actions = useActions();
  const { errands, app } = useMirror();
  const errand = errands[pairing.id]?.state;
  // Of any pairing with this device: it has one channel.
  const hasTill = app.pairings.some(
    ({ id, identity }) => app.bridges[id]?.till && sameChannel(identity, pairing.identity),
  );
  const [asked, setAsked] = useState(false);
  const checkButton = useRef<HTMLButtonElement>(null);
  const isBusy = errand !== undefined && errand !== 'failed';
  const action = statusAction(status);

  const moveThere = async () => {
    if (!status.movedTo) return;
    const moved = await actions.moveAddress(pairing.id, formatAuthority(status.movedTo));
    // The offer is gone with its button.
    if (moved) checkButton.current?.focus();
  };

  return (
    <div className="device-actions">
      {action === 'use-new-address' && (
        <Button
          look="primary"
          size={size}
          aria-describedby={describedBy}
          busy={errand === 'moving'}
          onPress={() => void moveThere()}
        >
          {t('actions.use-new-address')}
        </Button>
      )}
      {action === 'pair-again' && (
        <Button
          look="primary"
          size={size}
          aria-describedby={describedBy}
          onPress={() => actions.openPair(pairing)}
        >
          {t('actions.pair-again')}
        </Button>
      )}
      {action === 'confirm-root-ca' && (
        <KeepPairing
          pairing={pairing}
          now={status.error?.params?.['fingerprint']}
          describedBy={describedBy}
          size={size}
          isBusy={errand === 'confirming'}
          onKept={() => checkButton.current?.focus()}
        />
      )}
      <Button
        ref={checkButton}
        icon={RotateCw}
        size={size}
        // What is to be done is done at the device; this finds out whether it was.
        look={action === 'check-connection' || action === 'connect-device' ? 'primary' : 'secondary'}
        aria-describedby={describedBy}
        busy={isBusy}
        onPress={() => {
          setAsked(true);
          void actions.checkConnection(pairing.id);
        }}
      >
        {errand === 'checking' ? t('check.running') : t('actions.check-connection')}
      </Button>
      {(withFullTest || action === 'full-test') && (
        <FullTest
          id={pairing.id}
          isInUse={status.state === 'in-use' || status.state === 'till-connected' || hasTill}
          isPrimary={action === 'full-test'}
          describedBy={describedBy}
          size={size}
          isHintShown={withFullTest}
        />
      )}
      <Announcement>
        {asked && !isBusy
          ? t('check.ended', { name: nameOf(pairing), result: t(`status.${status.state}.label`) })
          : ''}
      </Announcement>
    </div>
  );
}

interface FullTestProps {
  readonly id: string;
  readonly isInUse: boolean;
  readonly isPrimary: boolean;
  readonly describedBy: string;
  readonly size: 'normal' | 'large';
  /** Among many devices the sentence of the state says enough. */
  readonly isHintShown: boolean;
}

/** Takes the device's channel for a second, so it says so; where another program has that, it asks first. */
function FullTest({ id, isInUse, isPrimary, size, describedBy, isHintShown }: FullTestProps) {
  const { t } = useTranslation();
  const { openDoctor } = useActions();
  const [isAsking, setAsking] = useState(false);
  const hint = useId();
  const open = (takeChannel: boolean) => {
    setAsking(false);
    void openDoctor({ of: 'pairing', id }, takeChannel);
  };
  return (
    <>
      <Button
        icon={Stethoscope}
        size={size}
        look={isPrimary ? 'primary' : 'secondary'}
        aria-describedby={`${describedBy} ${hint}`}
        onPress={() => (isInUse ? setAsking(true) : open(false))}
      >
        {t('actions.full-test')}
      </Button>
      <p id={hint} className={isHintShown ? 'actions-hint' : 'visually-hidden'}>
        {t('check.fullTestHint')}
      </p>
      {isAsking && (
        <InterruptDialog
          onClose={() => setAsking(false)}
          onConfirm={() => open(true)}
          onQuiet={() => open(false)}
        />
      )}
    </>
  );
}

interface InterruptDialogProps {
  readonly onClose: () => void;
  readonly onConfirm: () => void;
  /** Tests only what leaves the POS software alone. */
  readonly onQuiet?: () => void;
}

/** The POS software has the device's channel: somebody must say that it may be interrupted. */
export function InterruptDialog({ onClose, onConfirm, onQuiet }: InterruptDialogProps) {
  const { t } = useTranslation();
  return (
    <QuestionDialog
      title={t('check.interrupt.title')}
      confirm={t('check.interrupt.confirm')}
      other={onQuiet && <Button onPress={onQuiet}>{t('doctor.left.quiet')}</Button>}
      onClose={onClose}
      onConfirm={onConfirm}
    >
      <p>{t('check.interrupt.text')}</p>
    </QuestionDialog>
  );
}

/** Why the last thing that was asked of a pairing could not be done at all, if so. */
export function useErrandError(id: string): AppError | null {
  const errand = useMirror().errands[id];
  return errand?.state === 'failed' ? errand.error : null;
}
