import { type SubmitEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parsePairingName } from '../../../shared/inputs.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { Button } from '../../components/button.tsx';
import { DialogShell } from '../../components/dialog-shell.tsx';
import { TextEntry } from '../../components/fields.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useActions } from '../../state/context.tsx';

interface RenameDialogProps {
  readonly pairing: PairingRecord;
  readonly onClose: () => void;
}

/** Asks for the friendly name of a pairing; shown as long as it is mounted. */
export function RenameDialog({ pairing, onClose }: RenameDialogProps) {
  const { t } = useTranslation();
  const { renamePairing } = useActions();
  const [name, setName] = useState(pairing.name);
  const input = useRef<HTMLInputElement>(null);
  const renaming = useAction(async () => {
    const parsed = parsePairingName(name);
    return parsed.ok ? renamePairing(pairing.id, parsed.value) : parsed;
  });

  const save = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (renaming.isBusy) return;
    const renamed = await renaming.run();
    if (renamed.ok) onClose();
    else input.current?.focus();
  };

  return (
    <DialogShell
      title={t('device.renameTitle')}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" form="rename-form" look="primary" busy={renaming.isBusy}>
            {t('device.renameSave')}
          </Button>
        </>
      }
    >
      <form id="rename-form" onSubmit={(event) => void save(event)} noValidate autoComplete="off">
        <TextEntry
          label={t('device.nameLabel')}
          hint={t('device.nameHint', { posId: pairing.posId })}
          placeholder={t('device.namePlaceholder')}
          value={name}
          onChange={setName}
          onBlur={() => {}}
          error={renaming.error ?? undefined}
          inputRef={input}
          autoFocus
        />
      </form>
    </DialogShell>
  );
}
