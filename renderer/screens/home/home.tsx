import { Plus, ShieldAlert, ShieldCheck, Smartphone } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { commonName } from '../../components/certificate.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Screen } from '../../components/screen.tsx';
import { useFormats } from '../../format.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useActions, useAppState } from '../../state/context.tsx';
import { DeviceList } from './device-list.tsx';

export function HomeScreen() {
  const { t } = useTranslation();
  const actions = useActions();
  const { pairings, rootCa, storageProblem, notices } = useAppState();
  // The notice above every screen says it already.
  const isTold = notices.some(({ what }) => what === 'data-folder');
  const now = useNow();
  const openRootCa = () => actions.go({ name: 'root-ca', next: rootCa ? 'home' : 'pair' });
  return (
    <Screen
      title={t('home.title')}
      intro={<RootCaLine now={now} />}
      headerActions={
        <>
          <Button size="large" icon={ShieldCheck} onPress={openRootCa}>
            {t('home.rootCa')}
          </Button>
          {pairings.length > 0 && (
            <Button look="primary" size="large" icon={Plus} onPress={() => actions.openPair()}>
              {t('home.pair')}
            </Button>
          )}
        </>
      }
    >
      {storageProblem && !isTold && <ErrorPanel error={storageProblem} compact />}
      {pairings.length === 0 ? (
        <EmptyState
          icon={Smartphone}
          title={t('home.emptyTitle')}
          text={rootCa ? t('home.emptyText') : t('home.emptyNoRoot')}
          action={
            rootCa ? (
              <Button look="primary" size="large" icon={Plus} onPress={() => actions.openPair()}>
                {t('home.pair')}
              </Button>
            ) : (
              <Button look="primary" size="large" icon={ShieldCheck} onPress={openRootCa}>
                {t('home.emptyTrust')}
              </Button>
            )
          }
        />
      ) : (
        <DeviceList pairings={pairings} now={now} />
      )}
    </Screen>
  );
}

function RootCaLine({ now }: { readonly now: number }) {
  const { t } = useTranslation();
  const format = useFormats();
  const { rootCa } = useAppState();
  if (!rootCa) return t('rootCa.missing');
  const name = commonName(rootCa.root.subject);
  const date = format.date(rootCa.root.validTo);
  if (new Date(rootCa.root.validTo).getTime() >= now) return t('home.rootCaLine', { name, date });
  return (
    <span className="hint-warn">
      <ShieldAlert aria-hidden="true" />
      {t('home.rootCaExpired', { name, date })}
    </span>
  );
}
