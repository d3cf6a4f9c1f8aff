import { ArrowLeft } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { appError } from '../../../shared/errors.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { ActionBar, Screen } from '../../components/screen.tsx';
import { useActions, useAppState } from '../../state/context.tsx';
import { KitDone } from './kit-done.tsx';
import { KitForm } from './kit-form.tsx';

/** Hands a pairing over to POS software. */
export function ConnectionKitScreen({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const { go } = useActions();
  const { pairings, policy } = useAppState();
  const pairing = pairings.find((known) => known.id === id);
  const [folder, setFolder] = useState<string | null>(null);
  // Not in the state: React keeps states that are gone for as long as it likes.
  const password = useRef('');
  useEffect(
    () => () => {
      password.current = '';
    },
    [],
  );
  const back = () => go({ name: 'device', id });
  if (folder !== null) return <KitDone folder={folder} password={password} onDone={back} />;
  if (pairing && policy.allowsExport)
    return <KitForm pairing={pairing} password={password} onWritten={setFolder} onBack={back} />;
  return (
    <Screen title={t('kit.title')}>
      <ErrorPanel error={appError(pairing ? 'export-not-allowed' : 'not-found')} />
      <ActionBar
        start={
          <Button size="large" icon={ArrowLeft} onPress={() => (pairing ? back() : go({ name: 'home' }))}>
            {t('device.back')}
          </Button>
        }
      />
    </Screen>
  );
}
