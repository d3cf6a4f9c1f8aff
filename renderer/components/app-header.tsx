import { History, Radar, Settings, Smartphone } from 'lucide-react';
import { Link } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { isPairing } from '../state/attempt.ts';
import { useActions, useModel } from '../state/context.tsx';
import type { Place } from '../state/navigation.ts';
import { BrandMark } from './brand.tsx';
import { LanguageMenu } from './language-menu.tsx';

const ENTRIES = [
  { key: 'devices', icon: Smartphone, place: { name: 'home' }, covers: ['home', 'device', 'bridge', 'pair'] },
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
      {app?.rootCa && <Navigation current={navigation.place.name} isDisabled={isPairing(attempt)} />}
      {app && <LanguageMenu isNamed={!app.rootCa} />}
    </header>
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
