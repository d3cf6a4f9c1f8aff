import { useActions, useModel } from '../state/context.tsx';
import { AboutDialog } from './about-dialog.tsx';
import { PinDialog } from './pin-dialog.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { SupportReportDialog } from './support-report.tsx';

/** What lies over any screen: About, the list of shortcuts, the report for support, and the question for the PIN. */
export function AppDialogs() {
  const { dialog } = useModel().navigation;
  const { openDialog } = useActions();
  const onClose = () => openDialog(null);
  return (
    <>
      <AboutDialog isOpen={dialog === 'about'} onClose={onClose} />
      <ShortcutsDialog isOpen={dialog === 'shortcuts'} onClose={onClose} />
      <SupportReportDialog isOpen={dialog === 'support-report'} onClose={onClose} />
      <PinDialog />
    </>
  );
}
