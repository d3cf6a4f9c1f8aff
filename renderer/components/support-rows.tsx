import { useTranslation } from 'react-i18next';
import { identityText } from '../../shared/identity.ts';
import { formatAuthority } from '../../shared/inputs.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import { useModel } from '../state/context.tsx';
import type { Model } from '../state/model.ts';
import { CopyButton } from './copy-button.tsx';
import { Fact, Facts } from './facts.tsx';
import { SaveSupportReport } from './support-report.tsx';

export type SupportRow = readonly [label: string, value: string];

interface SupportRowsProps {
  /** What comes before the facts that every report has. */
  readonly rows: readonly SupportRow[];
  /** ISO 8601. */
  readonly at: string;
  readonly about?: PairingRecord | undefined;
}

/** Which register and device this is about, with the versions and the time: all that support asks for, to be copied. */
export function SupportRows({ rows, at, about }: SupportRowsProps) {
  const { t } = useTranslation();
  const model = useModel();
  const { posId, serial, address } = subjectOf(model, about);
  const app = model.mirror.state === 'ready' ? model.mirror.app : null;
  const all: SupportRow[] = [
    ...rows,
    ...filled([
      [t('facts.posId'), posId],
      [t('facts.serial'), serial],
      [t('facts.address'), address],
      [t('support.version'), app?.version ?? ''],
      [t('support.system'), app ? `${app.runtime.system}; Electron ${app.runtime.electron}` : ''],
    ]),
    [t('support.time'), at],
  ];
  const text = all.map(([label, value]) => t('common.detail', { label, value })).join('\n');
  return (
    <>
      <Facts className="support-list">
        {all.map(([label, value]) => (
          <Fact key={label} label={label}>
            {value}
          </Fact>
        ))}
      </Facts>
      <div className="support-actions">
        <CopyButton text={text} label={t('support.copy')} />
        <SaveSupportReport look="quiet" />
      </div>
    </>
  );
}

const filled = (rows: readonly SupportRow[]) => rows.filter(([, value]) => value !== '');

/** The pairing, or what has been entered into the form: never the code. */
function subjectOf({ mirror, navigation: { place }, draft }: Model, about: PairingRecord | undefined) {
  const shown =
    place.name === 'device' && mirror.state === 'ready'
      ? mirror.app.pairings.find(({ id }) => id === place.id)
      : undefined;
  const pairing = about ?? shown;
  if (pairing) {
    const { posId, identity, address } = pairing;
    return { posId, serial: identityText(identity), address: formatAuthority(address) };
  }
  return place.name === 'pair' ? draft : { posId: '', serial: '', address: '' };
}
