import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { DialogShell } from './dialog-shell.tsx';

interface QuestionDialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** What the button that does it says. */
  readonly confirm: string;
  /** `danger`: something is lost by it. */
  readonly look?: 'primary' | 'danger';
  readonly size?: 'normal' | 'wide';
  readonly isBusy?: boolean;
  readonly isDisabled?: boolean;
  /** A third answer, between the two. */
  readonly other?: ReactNode;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

/** Asks for a decision. The focus begins on the way out; shown as long as it is mounted. */
export function QuestionDialog({
  title,
  children,
  confirm,
  look = 'danger',
  size = 'normal',
  isBusy = false,
  isDisabled = false,
  other,
  onClose,
  onConfirm,
}: QuestionDialogProps) {
  const { t } = useTranslation();
  return (
    <DialogShell
      title={title}
      role="alertdialog"
      size={size}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button autoFocus onPress={onClose}>
            {t('common.cancel')}
          </Button>
          {other}
          <Button look={look} busy={isBusy} isDisabled={isDisabled} onPress={onConfirm}>
            {confirm}
          </Button>
        </>
      }
    >
      {children}
    </DialogShell>
  );
}
