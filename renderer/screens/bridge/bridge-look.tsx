import {
  Cable,
  CircleAlert,
  CircleDashed,
  Hourglass,
  type LucideIcon,
  MonitorSmartphone,
  Pause,
  PlugZap,
  Unplug,
} from 'lucide-react';
import type { BridgeState, BridgeView } from '../../../shared/bridge.ts';
import type { Tone } from '../../components/pairing-status.tsx';

type Shown = BridgeState | 'connected' | 'waiting';

/** How each state looks, here and nowhere else. */
export const BRIDGE_LOOK: Record<Shown, { readonly icon: LucideIcon; readonly tone: Tone }> = {
  off: { icon: CircleDashed, tone: 'neutral' },
  ready: { icon: PlugZap, tone: 'success' },
  connected: { icon: Cable, tone: 'success' },
  waiting: { icon: Hourglass, tone: 'warn' },
  'device-away': { icon: Unplug, tone: 'warn' },
  busy: { icon: MonitorSmartphone, tone: 'neutral' },
  paused: { icon: Pause, tone: 'warn' },
  failed: { icon: CircleAlert, tone: 'danger' },
};

/** What staff are told: of a till that is there, rather than of the state that this is for the next one. */
export function shownState({ state, till }: BridgeView): Shown {
  if (!till || state === 'off' || state === 'failed') return state;
  return till.connected ? 'connected' : 'waiting';
}
