import { useEffect } from 'react';
import { I18nProvider } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { AppError } from '../shared/errors.ts';
import { AppDialogs } from './components/app-dialogs.tsx';
import { AppHeader } from './components/app-header.tsx';
import { Button } from './components/button.tsx';
import { readDialogs } from './components/dialog-shell.tsx';
import { ErrorPanel } from './components/error-panel.tsx';
import { Notices } from './components/notices.tsx';
import { PolicyNotice } from './components/policy-notice.tsx';
import { Screen } from './components/screen.tsx';
import { UpdateNotice } from './components/update-notice.tsx';
import { afterPaint } from './hooks/use-painted.ts';
import { HomeScreen } from './screens/home/home.tsx';
import {
  BridgeScreen,
  ConnectionKitScreen,
  DeviceScreen,
  DoctorScreen,
  HistoryScreen,
  PairScreen,
  RootCaScreen,
  SearchScreen,
  SettingsScreen,
} from './screens/later-screens.ts';
import { useActions, useModel } from './state/context.tsx';

export function App() {
  const { i18n } = useTranslation();
  const { mirror } = useModel();
  const { pageShown } = useActions();
  const isShown = mirror.state !== 'loading';
  useEffect(() => {
    if (isShown)
      afterPaint(() => {
        void pageShown();
        requestIdleCallback(() => void readDialogs());
      });
  }, [isShown, pageShown]);
  return (
    <I18nProvider locale={i18n.language}>
      <AppHeader />
      <main className="app-main">
        {mirror.state === 'ready' && <Notices notices={mirror.app.notices} />}
        {mirror.state === 'ready' && <PolicyNotice policy={mirror.app.policy} />}
        {mirror.state === 'ready' && <UpdateNotice updates={mirror.app.updates} />}
        <CurrentScreen />
      </main>
      {mirror.state === 'ready' && <AppDialogs />}
    </I18nProvider>
  );
}

function CurrentScreen() {
  const { mirror, navigation } = useModel();
  const { place } = navigation;
  // Nothing is said before the language is known, which takes a moment only.
  if (mirror.state === 'loading') return null;
  if (mirror.state === 'failed') return <StartFailed error={mirror.error} />;
  switch (place.name) {
    case 'home':
      return <HomeScreen />;
    case 'pair':
      return <PairScreen />;
    case 'root-ca':
      return <RootCaScreen next={place.next} />;
    case 'device':
      return <DeviceScreen key={place.id} id={place.id} />;
    case 'kit':
      return <ConnectionKitScreen key={place.id} id={place.id} />;
    case 'doctor':
      return <DoctorScreen subject={place.subject} />;
    case 'bridge':
      return <BridgeScreen key={place.id} id={place.id} />;
    case 'search':
      return <SearchScreen />;
    case 'history':
      return <HistoryScreen />;
    case 'settings':
      return <SettingsScreen />;
  }
}

function StartFailed({ error }: { readonly error: AppError }) {
  const { t } = useTranslation();
  const { load } = useActions();
  return (
    <Screen title={t('app.startFailed')}>
      <ErrorPanel
        error={error}
        actions={
          <Button look="primary" onPress={load}>
            {t('actions.retry')}
          </Button>
        }
      />
    </Screen>
  );
}
