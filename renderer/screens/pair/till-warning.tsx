import { TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { sameChannel } from '../../../shared/identity.ts';
import { formatAuthority, parseAddress } from '../../../shared/inputs.ts';
import { useAppState } from '../../state/context.tsx';

interface TillWarningProps {
  /** As typed so far. */
  readonly address: string;
  /** The pairing that is made anew. */
  readonly replaces: string | null;
}

/** The pairing takes the device's channel from whoever has it: POS software may be taking a payment over it. */
export function TillWarning({ address, replaces }: TillWarningProps) {
  const { t } = useTranslation();
  const { pairings, bridges } = useAppState();
  const typed = parseAddress(address);
  const place = typed.ok ? formatAuthority(typed.value) : null;
  const meant = pairings.filter(
    (pairing) => pairing.id === replaces || formatAuthority(pairing.address) === place,
  );
  const isDisturbed = pairings.some(
    ({ id, identity }) =>
      bridges[id]?.till?.connected && meant.some((one) => sameChannel(one.identity, identity)),
  );
  if (!isDisturbed) return null;
  return (
    <p className="panel panel-warn till-warning" role="status">
      <TriangleAlert aria-hidden="true" />
      <span>{t('bridge.pairWarning')}</span>
    </p>
  );
}
