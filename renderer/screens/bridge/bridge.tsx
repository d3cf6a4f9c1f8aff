import { ArrowLeft } from 'lucide-react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { appError } from '../../../shared/errors.ts';
import { nameOf, type PairingRecord } from '../../../shared/pairing.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { ActionBar, Screen } from '../../components/screen.tsx';
import { useLoaded } from '../../hooks/use-loaded.ts';
import { useActions, useAppState } from '../../state/context.tsx';
import { BridgeSetup } from './bridge-setup.tsx';

/** The bridge between POS software on this computer and one paired device. */
export function BridgeScreen({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const pairing = useAppState().pairings.find((known) => known.id === id);
  return (
    <Screen
      title={pairing ? `${t('bridge.title')} – ${nameOf(pairing)}` : t('bridge.title')}
      intro={t('bridge.intro')}
    >
      {pairing ? <Bridge pairing={pairing} /> : <ErrorPanel error={appError('not-found')} />}
      <BackBar id={pairing?.id} />
    </Screen>
  );
}

function BackBar({ id }: { readonly id: string | undefined }) {
  const { t } = useTranslation();
  const { go } = useActions();
  return (
    <ActionBar
      start={
        <Button
          size="large"
          icon={ArrowLeft}
          onPress={() => go(id === undefined ? { name: 'home' } : { name: 'device', id })}
        >
          {id === undefined ? t('device.back') : t('bridge.back')}
        </Button>
      }
    />
  );
}

function Bridge({ pairing: { id } }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const { readBridge } = useActions();
  const pushed = useAppState().bridges[id];
  const read = useCallback(() => readBridge(id), [readBridge, id]);
  const { loaded, again } = useLoaded(read);
  if (loaded.state === 'failed')
    return (
      <ErrorPanel error={loaded.error} actions={<Button onPress={again}>{t('actions.retry')}</Button>} />
    );
  if (loaded.state !== 'ready') return null;
  const { view, startsWithComputer } = loaded.value;
  return <BridgeSetup id={id} view={pushed ?? view} startsWithComputer={startsWithComputer} />;
}
