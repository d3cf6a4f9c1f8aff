import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions } from '../state/context.tsx';
import type { Origin } from '../state/navigation.ts';
import { Button } from './button.tsx';
import { DialogShell } from './dialog-shell.tsx';

/** The way to another Root CA, where a stranger's device is the likelier cause: for IT, and asked once more. */
export function RootCaForIt({ next = 'pair' }: { readonly next?: Origin }) {
  const { t } = useTranslation();
  const { go } = useActions();
  const [isAsking, setAsking] = useState(false);
  const close = () => setAsking(false);
  return (
    <>
      <Button look="quiet" onPress={() => setAsking(true)}>
        {t('rootCaForIt.offer')}
      </Button>
      {isAsking && (
        <DialogShell
          title={t('rootCaForIt.title')}
          role="alertdialog"
          isOpen
          onClose={close}
          actions={
            <>
              <Button onPress={() => go({ name: 'root-ca', next })}>{t('rootCaForIt.confirm')}</Button>
              <Button look="primary" autoFocus onPress={close}>
                {t('common.cancel')}
              </Button>
            </>
          }
        >
          <p>{t('rootCaForIt.text')}</p>
        </DialogShell>
      )}
    </>
  );
}
