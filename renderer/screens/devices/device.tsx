import { ArrowLeft, FolderKey, Link2, PenLine, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { appError } from '../../../shared/errors.ts';
import { nameOf, type PairingRecord } from '../../../shared/pairing.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { ActionBar, Screen } from '../../components/screen.tsx';
import { useActions, useAppState, useMirror } from '../../state/context.tsx';
import { shownStatus } from '../../state/pairing-list.ts';
import { Advice } from './advice.tsx';
import { BridgeCard } from './bridge-card.tsx';
import { Certificates } from './certificates.tsx';
import { Details } from './details.tsx';
import { LastEvents } from './last-events.tsx';
import { QueueBar } from './queue-bar.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import { StatePanel } from './state-panel.tsx';
import { TimelineCard } from './timeline-card.tsx';
import { WatchLive } from './watch-live.tsx';

export function DeviceScreen({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const { go } = useActions();
  const pairing = useAppState().pairings.find((known) => known.id === id);
  if (pairing) return <Device pairing={pairing} />;
  return (
    <Screen title={t('device.title')}>
      <ErrorPanel error={appError('not-found')} />
      <ActionBar start={<BackButton onPress={() => go({ name: 'home' })} />} />
    </Screen>
  );
}

function BackButton({ onPress }: { readonly onPress: () => void }) {
  const { t } = useTranslation();
  return (
    <Button size="large" icon={ArrowLeft} onPress={onPress}>
      {t('device.back')}
    </Button>
  );
}

function Device({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const actions = useActions();
  const [dialog, setDialog] = useState<'rename' | 'remove' | null>(null);
  const status = shownStatus(useMirror(), pairing);
  const close = () => setDialog(null);
  return (
    <Screen
      title={nameOf(pairing)}
      intro={pairing.name === '' ? null : t('device.intro', { posId: pairing.posId })}
      headerActions={
        <>
          <Button icon={PenLine} onPress={() => setDialog('rename')}>
            {t('device.rename')}
          </Button>
          <Button icon={Link2} onPress={() => actions.openPair(pairing)}>
            {t('actions.pair-again')}
          </Button>
          <Button icon={FolderKey} onPress={() => actions.go({ name: 'kit', id: pairing.id })}>
            {t('kit.title')}
          </Button>
          <Button icon={Trash2} onPress={() => setDialog('remove')}>
            {t('device.remove')}
          </Button>
        </>
      }
    >
      <QueueBar id={pairing.id} />
      <div className="columns columns-help">
        <div className="stack">
          <StatePanel pairing={pairing} status={status} />
          <Advice pairing={pairing} status={status} />
        </div>
        <div className="stack">
          <WatchLive pairing={pairing} />
          <BridgeCard pairing={pairing} />
        </div>
      </div>
      <TimelineCard pairing={pairing} status={status} />
      <Details pairing={pairing} />
      <Certificates pairing={pairing} />
      <LastEvents id={pairing.id} />
      <ActionBar start={<BackButton onPress={() => actions.go({ name: 'home' })} />} />
      {dialog === 'rename' && <RenameDialog pairing={pairing} onClose={close} />}
      {dialog === 'remove' && <RemoveDialog pairing={pairing} onClose={close} />}
    </Screen>
  );
}
