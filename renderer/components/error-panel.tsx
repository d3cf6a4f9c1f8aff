import { CircleAlert, Clock } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AppError, ERROR_CATALOGUE, type ErrorCode } from '../../shared/errors.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import { useFormats } from '../format.ts';
import { type ErrorOrigin, errorText } from '../i18n.ts';
import { Fold } from './fold.tsx';
import { type SupportRow, SupportRows } from './support-rows.tsx';

interface ErrorPanelProps {
  readonly error: AppError;
  /** When it happened (ISO); without it, when the panel appeared. */
  readonly at?: string | null;
  /** What else must be known, for example that credentials were kept. */
  readonly note?: string | null;
  /** The one primary button, with a secondary one where there is another way. */
  readonly actions?: ReactNode;
  readonly headingLevel?: 2 | 3;
  readonly origin?: ErrorOrigin;
  /** Above a form, where there is little room. */
  readonly compact?: boolean;
  /** The pairing it is about, where the screen does not say so. */
  readonly about?: PairingRecord;
}

/** Stopping on request, and a question that is to be answered, are nothing to be alarmed about. */
const TONES: Partial<Record<ErrorCode, string>> = {
  cancelled: 'panel-quiet',
  'device-other-root-ca': 'panel-warn',
};

/** A panel that appears out of sight is scrolled to. */
const reveal = (panel: HTMLElement | null) => panel?.scrollIntoView({ block: 'nearest' });

/** An entry of the error catalogue in plain words: what happened, why, and what to do now. */
export function ErrorPanel({
  error,
  at,
  note,
  actions,
  headingLevel = 2,
  origin = 'pairing',
  compact = false,
  about,
}: ErrorPanelProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const [appeared] = useState(() => new Date().toISOString());
  const { title, what, todo } = errorText(error, origin);
  const tone = TONES[error.code] ?? 'panel-danger';
  const Heading = headingLevel === 2 ? 'h2' : 'h3';
  return (
    <div
      ref={reveal}
      className={`panel error-panel ${tone} ${compact ? 'error-compact' : ''}`}
      role="alert"
      data-error-code={error.code}
    >
      <div className="panel-title">
        <CircleAlert className="panel-icon" aria-hidden="true" />
        <Heading>{title}</Heading>
      </div>
      <div className="panel-body">
        <p>{what}</p>
        <p className="error-todo">
          <strong>{t('panel.todo')}</strong>
          <span>{todo}</span>
        </p>
        {note && <p className="panel-note">{note}</p>}
        {error.clockSuspect && (
          <p className="panel-note">
            <Clock aria-hidden="true" />
            <span>{t('panel.clock', { now: format.dateTime(at ?? appeared) })}</span>
          </p>
        )}
        {actions && <div className="panel-actions">{actions}</div>}
        <SupportDetails error={error} at={at ?? appeared} about={about} />
      </div>
    </div>
  );
}

interface SupportDetailsProps {
  readonly error: AppError;
  readonly at: string;
  /** The pairing it is about, where the screen does not say so. */
  readonly about?: PairingRecord | undefined;
}

/** What support needs to know of an error, folded away; its number can be told without opening it. */
export function SupportDetails({ error, at, about }: SupportDetailsProps) {
  const { t } = useTranslation();
  const { number } = ERROR_CATALOGUE[error.code];
  const params = Object.entries(error.params ?? {}).map(([name, value]) =>
    t('support.param', { name, value }),
  );
  const rows: SupportRow[] = [
    [t('support.number'), String(number)],
    [t('support.code'), error.code],
    ...(error.stage ? [[t('support.stage'), error.stage] satisfies SupportRow] : []),
    ...(error.detail ? [[t('support.detail'), error.detail] satisfies SupportRow] : []),
    ...(params.length > 0 ? [[t('support.params'), params.join('; ')] satisfies SupportRow] : []),
  ];
  return (
    <Fold title={t('panel.detailsOf', { number })} className="support">
      <SupportRows rows={rows} at={at} about={about} />
    </Fold>
  );
}
