import { Plus, ShieldAlert, ShieldCheck, Smartphone } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { commonName } from '../../../shared/root-ca.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Screen } from '../../components/screen.tsx';
import { useFormats } from '../../format.ts';
import { useNow } from '../../hooks/use-now.ts';
import { useActions, useAppState } from '../../state/context.tsx';
import { firstToEnd } from '../../state/root-cas.ts';
import { DeviceList } from './device-list.tsx';

export function HomeScreen() {
  const { t } = useTranslation();
  const actions = useActions();
  const { pairings, rootCas, storageProblem, notices } = useAppState();
  // The notice above every screen says it already.
  const isTold = notices.some(({ what }) => what === 'data-folder');
  const hasRootCa = rootCas.length > 0;
  const now = useNow();
  const openRootCa = () => actions.go({ name: 'root-ca', next: hasRootCa ? 'home' : 'pair' });
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
          text={hasRootCa ? t('home.emptyText') : t('home.emptyNoRoot')}
          action={
            hasRootCa ? (
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
  const { rootCas } = useAppState();
  const first = firstToEnd(rootCas)?.root;
  if (!first) return t('rootCa.missing');
  const name = commonName(first.subject);
  const date = format.date(first.validTo);
  if (Date.parse(first.validTo) >= now) {
    return rootCas.length === 1
      ? t('home.rootCaLine', { name, date })
      : t('rootCas.line', { number: format.number(rootCas.length), date });
  }
  return (
    <span className="hint-warn">
      <ShieldAlert aria-hidden="true" />
      {t('home.rootCaExpired', { name, date })}
    </span>
  );
}
