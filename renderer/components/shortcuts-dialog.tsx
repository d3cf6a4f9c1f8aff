import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { fullScreenShortcut, SHORTCUTS, type Shortcut, VIEW_SHORTCUTS } from '../../shared/shortcuts.ts';
import { IS_MAC } from '../platform.ts';
import { Button } from './button.tsx';
import { DialogShell } from './dialog-shell.tsx';
import { Fact, Facts } from './facts.tsx';

const APP_ENTRIES = Object.keys(SHORTCUTS) as Shortcut[];
const VIEW_ENTRIES = Object.keys(VIEW_SHORTCUTS) as (keyof typeof VIEW_SHORTCUTS)[];
const MAC_KEYS: Readonly<Record<string, string>> = {
  CommandOrControl: '⌘',
  Command: '⌘',
  Control: '⌃',
  Shift: '⇧',
};

interface DialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Every command that has a key, with the names the keys have on this system. */
export function ShortcutsDialog({ isOpen, onClose }: DialogProps) {
  const { t } = useTranslation();
  return (
    <DialogShell
      title={t('shortcuts.title')}
      size="wide"
      isText
      isOpen={isOpen}
      onClose={onClose}
      actions={
        <Button look="primary" onPress={onClose}>
          {t('common.close')}
        </Button>
      }
    >
      <div className="shortcuts">
        <Group
          title={t('shortcuts.app')}
          rows={APP_ENTRIES.map((name) => [t(`menu.${name}`), SHORTCUTS[name]])}
        />
        <Group
          title={t('shortcuts.view')}
          rows={[
            ...VIEW_ENTRIES.map((name): Row => [t(`menu.${name}`), VIEW_SHORTCUTS[name]]),
            [t('menu.fullScreen'), fullScreenShortcut(IS_MAC)],
          ]}
        />
        <Group
          title={t('shortcuts.moving')}
          rows={[
            [t('shortcuts.next'), 'Tab'],
            [t('shortcuts.previous'), 'Shift+Tab'],
            [t('shortcuts.press'), 'Enter'],
            [t('shortcuts.dismiss'), 'Escape'],
          ]}
        />
      </div>
    </DialogShell>
  );
}

type Row = [what: string, accelerator: string];

function Group({ title, rows }: { readonly title: string; readonly rows: readonly Row[] }) {
  return (
    <section className="shortcut-group">
      <h3>{title}</h3>
      <Facts className="shortcut-list">
        {rows.map(([what, accelerator]) => (
          <Fact key={accelerator} label={what}>
            <Keys accelerator={accelerator} />
          </Fact>
        ))}
      </Facts>
    </section>
  );
}

/** An accelerator as Electron writes it, as the keys to press. */
function Keys({ accelerator }: { readonly accelerator: string }) {
  const { t } = useTranslation();
  const nameOf = (key: string): string => {
    if (IS_MAC && MAC_KEYS[key]) return MAC_KEYS[key];
    switch (key) {
      case 'CommandOrControl':
      case 'Control':
        return t('shortcuts.keys.ctrl');
      case 'Shift':
        return t('shortcuts.keys.shift');
      case 'Tab':
        return t('shortcuts.keys.tab');
      case 'Enter':
        return t('shortcuts.keys.enter');
      case 'Escape':
        return t('shortcuts.keys.escape');
      case 'Plus':
        return t('shortcuts.keys.plus');
      case '-':
        return t('shortcuts.keys.minus');
      default:
        return key;
    }
  };
  return (
    <span className="keys">
      {accelerator.split('+').map((key) => (
        <Fragment key={key}>
          <kbd>{nameOf(key)}</kbd>{' '}
        </Fragment>
      ))}
    </span>
  );
}
