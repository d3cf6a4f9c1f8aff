import type { TFunction } from 'i18next';
import {
  Activity,
  ArrowLeftRight,
  Building2,
  Cable,
  Download,
  FolderKey,
  Hourglass,
  KeyRound,
  Link2,
  Link2Off,
  LockKeyhole,
  type LucideIcon,
  PenLine,
  RefreshCw,
  Route,
  ShieldCheck,
  ShieldOff,
  ShieldPlus,
  ShieldX,
  Trash2,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { KIT_FORMATS } from '../../shared/connection-kit.ts';
import { appError } from '../../shared/errors.ts';
import type { HistoryEntry, HistoryKind } from '../../shared/history.ts';
import { commonName } from '../../shared/root-ca.ts';
import { useFormats } from '../format.ts';
import { errorText } from '../i18n.ts';

const ICONS: Record<HistoryKind, LucideIcon> = {
  paired: Link2,
  're-paired': RefreshCw,
  'paired-waiting': Hourglass,
  proved: ShieldCheck,
  'pairing-failed': Link2Off,
  'device-swapped': ArrowLeftRight,
  'address-moved': Route,
  refused: ShieldX,
  renamed: PenLine,
  removed: Trash2,
  exported: FolderKey,
  'root-ca-changed': ShieldCheck,
  'root-ca-added': ShieldPlus,
  'root-ca-removed': ShieldOff,
  'pairing-root-ca-changed': ShieldCheck,
  'manager-pin-set': KeyRound,
  'manager-pin-changed': KeyRound,
  'manager-pin-removed': KeyRound,
  'manager-pin-reset': KeyRound,
  'manager-locked-out': LockKeyhole,
  'bridge-on': Cable,
  'bridge-off': Cable,
  'bridge-token': Cable,
  'bridge-locked': LockKeyhole,
  'policy-applied': Building2,
  'policy-removed': Building2,
  'policy-rejected': Building2,
  'app-updated': Download,
  'update-failed': Download,
  status: Activity,
};

/** The states that are written to the history (electron/core/history/events.ts), apart from `refused`. */
const WRITTEN_STATES = [
  'connected',
  'tls-only',
  'waiting',
  'in-use',
  'unclear',
  'unreachable',
  'wrong-device',
  'other-root-ca',
  'expired',
  'clock-wrong',
  'failed',
] as const;

type Tone = 'good' | 'bad' | 'plain';

function toneOf({ kind, to, result }: HistoryEntry): Tone {
  if (result === 'cancelled') return 'plain';
  if (kind === 'pairing-failed' || kind === 'refused' || kind === 'manager-locked-out') return 'bad';
  if (kind === 'bridge-locked') return 'bad';
  if (kind === 'policy-rejected' || kind === 'update-failed') return 'bad';
  if (kind === 'status')
    return to === 'connected' ? 'good' : to === 'in-use' || to === 'waiting' ? 'plain' : 'bad';
  return kind === 'paired' || kind === 're-paired' || kind === 'proved' ? 'good' : 'plain';
}

function sentenceOf(t: TFunction, { kind, result, from = '', to = '', note = '', ...entry }: HistoryEntry) {
  const posId = entry.posId ?? t('historyEvents.noPosId');
  const reason = errorText(appError(result === 'ok' ? 'internal' : result)).title;
  switch (kind) {
    case 'pairing-failed':
      return result === 'cancelled'
        ? t('historyEvents.pairing-cancelled', { posId })
        : t('historyEvents.pairing-failed', { posId, reason });
    case 'device-swapped':
      return from && to
        ? t('historyEvents.device-swapped-known', { posId, from, to })
        : t('historyEvents.device-swapped', { posId });
    case 'address-moved':
      return t('historyEvents.address-moved', { posId, from, to });
    case 'renamed':
      if (from === '') return t('historyEvents.named', { posId, to });
      if (to === '') return t('historyEvents.unnamed', { posId, from });
      return t('historyEvents.renamed', { posId, from, to });
    case 'root-ca-changed': {
      const name = commonName(note);
      return from
        ? t('historyEvents.root-ca-changed', { name })
        : t('historyEvents.root-ca-trusted', { name });
    }
    case 'root-ca-added':
      return t('historyEvents.root-ca-trusted', { name: commonName(note) });
    case 'root-ca-removed':
      return t('historyEvents.root-ca-removed', { name: commonName(note) });
    case 'pairing-root-ca-changed':
      return t('historyEvents.pairing-root-ca-changed', { posId, name: commonName(note) });
    case 'exported': {
      const format = KIT_FORMATS.find((known) => known === note) ?? 'p12';
      return t('historyEvents.exported', { posId, to, format: t(`kit.format.${format}.short`) });
    }
    case 'bridge-locked':
      return t('historyEvents.bridge-locked', { posId, seconds: to });
    case 'app-updated':
      return t('historyEvents.app-updated', { from, to });
    case 'update-failed':
      return t('historyEvents.update-failed', { reason });
    case 'status': {
      const state = WRITTEN_STATES.find((known) => known === to) ?? 'failed';
      return t(`historyEvents.status.${state}`, { posId, reason });
    }
    default:
      return t(`historyEvents.${kind}`, { posId, note });
  }
}

/** One thing that happened, as one plain sentence with its time: the content of a list item. */
export function HistoryEntryLine({ entry }: { readonly entry: HistoryEntry }) {
  const { t } = useTranslation();
  const format = useFormats();
  const Icon = ICONS[entry.kind];
  return (
    <div className="history-line" data-kind={entry.kind} data-tone={toneOf(entry)}>
      <Icon className="history-icon" aria-hidden="true" />
      <p className="history-sentence">{sentenceOf(t, entry)}</p>
      <p className="history-when">
        <time dateTime={entry.at}>{format.dateTime(entry.at)}</time>
        {entry.serial && <span>{t('facts.serialNumberValue', { serial: entry.serial })}</span>}
      </p>
    </div>
  );
}
