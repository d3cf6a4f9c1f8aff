import type { ReactNode } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';

interface DialogShellProps {
  readonly title: string;
  readonly children: ReactNode;
  /** The buttons at the bottom, the primary one last. */
  readonly actions: ReactNode;
  readonly isOpen: boolean;
  /** Escape, or a press outside of a dialog that only informs. */
  readonly onClose: () => void;
  /** `alertdialog` asks for a decision: pressing outside does not close it. */
  readonly role?: 'dialog' | 'alertdialog';
  readonly size?: 'normal' | 'wide';
  /** Whether there is nothing in the body to go to by keyboard: then the body takes the focus, to be scrolled. */
  readonly isText?: boolean;
}

/** A dialog over the screen: it holds the focus and gives it back to what opened it. */
export function DialogShell({
  title,
  children,
  actions,
  isOpen,
  onClose,
  role = 'dialog',
  size = 'normal',
  isText = false,
}: DialogShellProps) {
  return (
    <ModalOverlay
      className="dialog-backdrop"
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      isDismissable={role === 'dialog'}
    >
      <Modal className={`dialog-frame dialog-${size}`}>
        <Dialog className="dialog" role={role}>
          <Heading slot="title" level={2} className="dialog-title">
            {title}
          </Heading>
          <div className="dialog-body" {...(isText && { role: 'group', 'aria-label': title, tabIndex: 0 })}>
            {children}
          </div>
          <div className="dialog-actions">{actions}</div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
