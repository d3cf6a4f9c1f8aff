import { History, LockOpen, Radar, Settings, Smartphone } from 'lucide-react';
import { Button, Link } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { AppState } from '../../shared/ipc/app.ts';
import { isPairing } from '../state/attempt.ts';
import { useActions, useModel } from '../state/context.tsx';
import type { Place } from '../state/navigation.ts';
import { BrandMark } from './brand.tsx';
import { LanguageMenu } from './language-menu.tsx';

const ENTRIES = [
  {
    key: 'devices',
    icon: Smartphone,
    place: { name: 'home' },
    covers: ['home', 'device', 'kit', 'bridge', 'pair', 'doctor'],
  },
  { key: 'search', icon: Radar, place: { name: 'search' }, covers: ['search'] },
  { key: 'history', icon: History, place: { name: 'history' }, covers: ['history'] },
  { key: 'settings', icon: Settings, place: { name: 'settings' }, covers: ['settings', 'root-ca'] },
] as const satisfies readonly {
  key: string;
  icon: unknown;
  place: Place;
  covers: readonly Place['name'][];
}[];

/** The app's name and, once the state is there, the way to its main screens. */
export function AppHeader() {
  const { t } = useTranslation();
  const { mirror, navigation, attempt } = useModel();
  const app = mirror.state === 'ready' ? mirror.app : null;
  return (
    <header className="app-header">
      <BrandMark />
      <span className="app-name">{t('app.name')}</span>
      {app?.offered && <span className="chip chip-neutral app-demo">{t('app.demo')}</span>}
      {app && knows(app) && <Navigation current={navigation.place.name} isDisabled={isPairing(attempt)} />}
      {app?.manager.state === 'unlocked' && <LockNow />}
      {app && <LanguageMenu isNamed={!knows(app)} />}
    </header>
  );
}

/** What the manager unlocked is open to everybody at the register: it is told on every screen, and ended by one press. */
function LockNow() {
  const { t } = useTranslation();
  const { lockManager } = useActions();
  return (
    <Button className="lock-now" onPress={() => void lockManager()}>
      <LockOpen className="nav-icon" aria-hidden="true" />
      <span className="nav-text">{t('manager.headerLock')}</span>
    </Button>
  );
}

function Navigation({ current, isDisabled }: { current: Place['name']; isDisabled: boolean }) {
  const { t } = useTranslation();
  const { go } = useActions();
  return (
    <nav className="app-nav" aria-label={t('nav.label')}>
      <ul>
        {ENTRIES.map(({ key, icon: Icon, place, covers }) => (
          <li key={key}>
            <Link
              className="nav-link"
              // A pairing under way is ended by its own Cancel button, not by leaving.
              isDisabled={isDisabled}
              onPress={() => go(place)}
              {...(covers.some((name) => name === current) && { 'aria-current': 'page' })}
            >
              <Icon className="nav-icon" aria-hidden="true" />
              <span className="nav-text">{t(`nav.${key}`)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Whether there is more than the first screen to see. */
const knows = ({ rootCas, pairings }: AppState): boolean => rootCas.length > 0 || pairings.length > 0;
