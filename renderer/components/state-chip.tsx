import { CircleAlert, CircleDashed, LockKeyhole, type LucideIcon, ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { PairingRecord } from '../../shared/pairing.ts';

export type ConnectionState = 'mtls' | 'tls-only' | 'not-proved' | 'failed';

export function connectionState({ lastCheck, proved }: PairingRecord): ConnectionState {
  if (lastCheck?.result === 'failed') return 'failed';
  return proved && lastCheck ? lastCheck.result : 'not-proved';
}

const LOOK: Record<ConnectionState, { readonly icon: LucideIcon; readonly tone: string }> = {
  mtls: { icon: ShieldCheck, tone: 'success' },
  'tls-only': { icon: LockKeyhole, tone: 'warn' },
  'not-proved': { icon: CircleDashed, tone: 'warn' },
  failed: { icon: CircleAlert, tone: 'danger' },
};

export function StateChip({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const state = connectionState(pairing);
  const { icon: Icon, tone } = LOOK[state];
  return (
    <span className={`chip chip-${tone}`} data-connection-state={state}>
      <Icon aria-hidden="true" />
      <span>{t(`state.${state}`)}</span>
    </span>
  );
}
