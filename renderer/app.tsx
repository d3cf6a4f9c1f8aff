import { I18nProvider } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { BrandMark } from './components/brand.tsx';
import { Button } from './components/button.tsx';
import { ErrorPanel } from './components/error-panel.tsx';
import { Notices } from './components/notices.tsx';
import { Screen } from './components/screen.tsx';
import { HomeScreen } from './screens/home.tsx';
import { PairScreen } from './screens/pair.tsx';
import { RootCaScreen } from './screens/root-ca.tsx';
import { useActions, useModel } from './state/context.tsx';

export function App() {
  const { t, i18n } = useTranslation();
  const { app } = useModel();
  return (
    <I18nProvider locale={i18n.language}>
      <header className="app-header">
        <BrandMark />
        <span className="app-name">{t('app.name')}</span>
        {app?.offered && <span className="chip chip-neutral app-demo">{t('app.demo')}</span>}
      </header>
      <main className="app-main">
        {app && <Notices notices={app.notices} />}
        <CurrentScreen />
      </main>
    </I18nProvider>
  );
}

function CurrentScreen() {
  const { t } = useTranslation();
  const { app, loadError, place } = useModel();
  const { load } = useActions();
  if (!app) {
    if (!loadError) return <p className="loading">{t('app.loading')}</p>;
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
    case 'find':
    case 'history':
    case 'settings':
      return <HomeScreen />;
  }
}
