import { PenLine } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { nameOf, type PairingRecord } from '../../shared/pairing.ts';
import { Button } from '../components/button.tsx';
import type { Draft } from '../state/model.ts';

interface KnownDeviceProps {
  readonly pairing: PairingRecord;
  readonly draft: Draft;
  /** What is being edited below is not shown here as well. */
  readonly editing: { readonly address: boolean; readonly posId: boolean };
  readonly onEditAddress: () => void;
}

/** What is known of a pairing that is made again: only the code is asked for. */
export function KnownDevice({ pairing, draft, editing, onEditAddress }: KnownDeviceProps) {
  const { t } = useTranslation();
  const { identity } = pairing;
  const known = identity.kind === 'serial' ? identity.serial : identity.host;
  return (
    <section className="known" aria-label={t('repair.known', { name: nameOf(pairing) })}>
      <dl className="facts known-facts">
        {pairing.name !== '' && (
          <div>
            <dt>{t('repair.name')}</dt>
            <dd>{pairing.name}</dd>
          </div>
        )}
        {!editing.posId && (
          <div>
            <dt>{t('home.posId')}</dt>
            <dd>{draft.posId}</dd>
          </div>
        )}
        <div>
          <dt>{identity.kind === 'serial' ? t('home.serialLabel') : t('home.hostLabel')}</dt>
          <dd>
            {draft.allowSwap ? t('repair.swapped', { serial: known }) : <span className="mono">{known}</span>}
          </dd>
        </div>
        {!editing.address && (
          <div>
            <dt>{t('home.addressLabel')}</dt>
            <dd className="fact-copy">
              <span className="mono">{draft.address}</span>
              <Button
                look="quiet"
                icon={PenLine}
                aria-label={t('repair.editAddress')}
                onPress={onEditAddress}
              >
                {t('repair.edit')}
              </Button>
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
