import { useActions, useModel } from '../state/context.tsx';
import { AboutDialog } from './about-dialog.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';

/** What lies over any screen: About and the list of shortcuts. */
export function AppDialogs() {
  const { dialog } = useModel().navigation;
  const { openDialog } = useActions();
  const onClose = () => openDialog(null);
  return (
    <>
      <AboutDialog isOpen={dialog === 'about'} onClose={onClose} />
      <ShortcutsDialog isOpen={dialog === 'shortcuts'} onClose={onClose} />
    </>
  );
}
