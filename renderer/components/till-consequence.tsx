import { useTranslation } from 'react-i18next';
import type { PairingRecord } from '../../shared/pairing.ts';
import { useAppState } from '../state/context.tsx';

/** Whether POS software has one of these devices through the app, and may be taking a payment. */
export function useTillConnected(pairings: readonly Pick<PairingRecord, 'id'>[]): boolean {
  const { bridges } = useAppState();
  return pairings.some(({ id }) => bridges[id]?.till?.connected);
}

/** One more consequence of what a dialog asks for, where that ends the connection of POS software. */
export function TillConsequence({ pairings }: { readonly pairings: readonly Pick<PairingRecord, 'id'>[] }) {
  const { t } = useTranslation();
  return useTillConnected(pairings) ? <li>{t('bridge.endWarning')}</li> : null;
}
