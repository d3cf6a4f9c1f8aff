import { type ReactNode, useState } from 'react';
import { later } from './later.tsx';

export interface DialogShellProps {
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

const DialogFrame = later(async () => (await import('./dialog-frame.tsx')).DialogFrame);

/** Reads what dialogs need, so that the first one is there at once: who enters a PIN does not look whether it is. */
export const readDialogs = DialogFrame.read;

/** A dialog over the screen: it holds the focus and gives it back to what opened it. */
export function DialogShell(props: DialogShellProps) {
  const [wasOpen, setWasOpen] = useState(props.isOpen);
  // It also shows how the dialog goes.
  if (props.isOpen && !wasOpen) setWasOpen(true);
  return wasOpen || props.isOpen ? <DialogFrame {...props} /> : null;
}
