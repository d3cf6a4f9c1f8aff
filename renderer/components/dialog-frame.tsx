import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { DialogShellProps } from './dialog-shell.tsx';

/** What a dialog needs of react-aria, a tenth of the page. */
export function DialogFrame({
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
