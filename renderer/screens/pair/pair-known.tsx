import { PenLine } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { identityText } from '../../../shared/identity.ts';
import { nameOf, type PairingRecord } from '../../../shared/pairing.ts';
import { Button } from '../../components/button.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { IdentityFact } from '../../components/identity-fact.tsx';
import type { Draft } from '../../state/draft.ts';

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
  return (
    <section className="known" aria-label={t('pairAgain.known', { name: nameOf(pairing) })}>
      <Facts className="facts known-facts">
        {pairing.name !== '' && <Fact label={t('facts.name')}>{pairing.name}</Fact>}
        {!editing.posId && <Fact label={t('facts.posId')}>{draft.posId}</Fact>}
        {draft.allowSwap ? (
          <Fact label={identity.kind === 'serial' ? t('facts.serial') : t('facts.host')}>
            {t('pairAgain.swapped', { serial: identityText(identity) })}
          </Fact>
        ) : (
          <IdentityFact identity={identity} />
        )}
        {!editing.address && (
          <Fact
            label={t('facts.address')}
            mono
            aside={
              <Button
                look="quiet"
                icon={PenLine}
                aria-label={t('pairAgain.editAddress')}
                onPress={onEditAddress}
              >
                {t('pairAgain.edit')}
              </Button>
            }
          >
            {draft.address}
          </Fact>
        )}
      </Facts>
    </section>
  );
}
