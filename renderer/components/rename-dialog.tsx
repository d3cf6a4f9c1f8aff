import { type SubmitEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppError } from '../../shared/errors.ts';
import { parsePairingName } from '../../shared/inputs.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import { useActions } from '../state/context.tsx';
import { Button } from './button.tsx';
import { DialogShell } from './dialog.tsx';
import { TextEntry } from './fields.tsx';

interface RenameDialogProps {
  readonly pairing: PairingRecord;
  readonly onClose: () => void;
}

/** Asks for the friendly name of a pairing; shown as long as it is mounted. */
export function RenameDialog({ pairing, onClose }: RenameDialogProps) {
  const { t } = useTranslation();
  const { renamePairing } = useActions();
  const [name, setName] = useState(pairing.name);
  const [error, setError] = useState<AppError>();
  const [saving, setSaving] = useState(false);
  const input = useRef<HTMLInputElement>(null);

  const save = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (saving) return;
    const parsed = parsePairingName(name);
    if (!parsed.ok) return refuse(parsed.error);
    setSaving(true);
    const renamed = await renamePairing(pairing.id, parsed.value);
    setSaving(false);
    if (renamed.ok) onClose();
    else refuse(renamed.error);
  };

  const refuse = (reason: AppError) => {
    setError(reason);
    input.current?.focus();
  };

  return (
    <DialogShell
      title={t('device.renameTitle')}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" form="rename-form" look="primary" busy={saving}>
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
          error={error}
          inputRef={input}
          autoFocus
        />
      </form>
    </DialogShell>
  );
}
