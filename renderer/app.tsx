import { I18nProvider } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { AppHeader } from './components/app-header.tsx';
import { Button } from './components/button.tsx';
import { Dialogs } from './components/dialogs.tsx';
import { ErrorPanel } from './components/error-panel.tsx';
import { Notices } from './components/notices.tsx';
import { Screen } from './components/screen.tsx';
import { DeviceScreen } from './screens/device.tsx';
import { FindScreen } from './screens/find.tsx';
import { HistoryScreen } from './screens/history.tsx';
import { HomeScreen } from './screens/home.tsx';
import { PairScreen } from './screens/pair.tsx';
import { RootCaScreen } from './screens/root-ca.tsx';
import { SettingsScreen } from './screens/settings.tsx';
import { useActions, useModel } from './state/context.tsx';

export function App() {
  const { i18n } = useTranslation();
  const { app } = useModel();
  return (
    <I18nProvider locale={i18n.language}>
      <AppHeader />
      <main className="app-main">
        {app && <Notices notices={app.notices} />}
        <CurrentScreen />
      </main>
      <Dialogs />
    </I18nProvider>
  );
}

function CurrentScreen() {
  const { t } = useTranslation();
  const { app, loadError, place } = useModel();
  const { load } = useActions();
  if (!app) {
    // Nothing is said before the language is known, which takes a moment only.
    if (!loadError) return null;
    return (
      <Screen title={t('app.startFailed')}>
        <ErrorPanel
          error={loadError}
          actions={
            <Button look="primary" onPress={load}>
              {t('actions.retry')}
            </Button>
          }
        />
      </Screen>
    );
  }
  switch (place.name) {
    case 'home':
      return <HomeScreen />;
    case 'pair':
      return <PairScreen />;
    case 'root-ca':
      return <RootCaScreen next={place.next} />;
    case 'device':
      return <DeviceScreen key={place.id} id={place.id} />;
    case 'find':
      return <FindScreen next={place.next} />;
    case 'history':
      return <HistoryScreen />;
    case 'settings':
      return <SettingsScreen />;
  }
}
