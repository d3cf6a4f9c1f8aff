import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { Texts } from '../../shared/languages.ts';
import { SHORTCUTS, type Shortcut } from '../../shared/shortcuts.ts';

/** The menu's words in the app's language. Electron's own are English everywhere. */
export type MenuTexts = Texts['menu'] & {
  /** The app's name: the title of its own menu on macOS. */
  readonly app: string;
};

export type MenuActions = Readonly<Record<Shortcut | 'about' | 'supportReport' | 'quit', () => void>>;

const SEPARATOR: MenuItemConstructorOptions = { type: 'separator' };

/** Further keys for what the menu shows once: zooming on the number block, and without Shift. */
const HIDDEN_ZOOM_KEYS: MenuItemConstructorOptions[] = (
  [
    ['zoomIn', 'CommandOrControl+='],
    ['zoomIn', 'CommandOrControl+numadd'],
    ['zoomOut', 'CommandOrControl+numsub'],
    ['resetZoom', 'CommandOrControl+num0'],
  ] as const
).map(([role, accelerator]) => ({ role, accelerator, visible: false, acceleratorWorksWhenHidden: true }));

function template(texts: MenuTexts, actions: MenuActions, isMac: boolean): MenuItemConstructorOptions[] {
  const own = (name: Shortcut): MenuItemConstructorOptions => ({
    id: name,
    label: texts[name],
    accelerator: SHORTCUTS[name],
    click: actions[name],
  });
  // Not the role, which asks nobody; with the keys it would have.
  const quit: MenuItemConstructorOptions = {
    id: 'quit',
    label: texts.quit,
    ...(process.platform !== 'win32' && { accelerator: 'CommandOrControl+Q' }),
    click: actions.quit,
  };
  const about: MenuItemConstructorOptions = { id: 'about', label: texts.about, click: actions.about };

  const appMenu: MenuItemConstructorOptions = {
    label: texts.app,
    submenu: [
      about,
      SEPARATOR,
      own('settings'),
      SEPARATOR,
      { role: 'services', label: texts.services },
      SEPARATOR,
      { role: 'hide', label: texts.hide },
      { role: 'hideOthers', label: texts.hideOthers },
      { role: 'unhide', label: texts.showAll },
      SEPARATOR,
      quit,
    ],
  };
  const fileMenu: MenuItemConstructorOptions = {
    label: texts.file,
    submenu: [
      own('newPairing'),
      own('findDevices'),
      SEPARATOR,
      ...(isMac ? [{ role: 'close' as const, label: texts.close }] : [own('settings'), SEPARATOR, quit]),
    ],
  };
  const editMenu: MenuItemConstructorOptions = {
    label: texts.edit,
    submenu: [
      { role: 'undo', label: texts.undo },
      { role: 'redo', label: texts.redo },
      SEPARATOR,
      { role: 'cut', label: texts.cut },
      { role: 'copy', label: texts.copy },
      { role: 'paste', label: texts.paste },
      { role: 'delete', label: texts.delete },
      SEPARATOR,
      { role: 'selectAll', label: texts.selectAll },
    ],
  };
  const viewMenu: MenuItemConstructorOptions = {
    label: texts.view,
    submenu: [
      { role: 'resetZoom', label: texts.resetZoom },
      { role: 'zoomIn', label: texts.zoomIn },
      { role: 'zoomOut', label: texts.zoomOut },
      ...HIDDEN_ZOOM_KEYS,
      SEPARATOR,
      { role: 'togglefullscreen', label: texts.fullScreen },
    ],
  };
  const windowMenu: MenuItemConstructorOptions = {
    role: 'window',
    label: texts.window,
    submenu: [
      { role: 'minimize', label: texts.minimize },
      ...(isMac
        ? [
            { role: 'zoom' as const, label: texts.zoomWindow },
            SEPARATOR,
            { role: 'front' as const, label: texts.bringAllToFront },
          ]
        : [{ role: 'close' as const, label: texts.close }]),
    ],
  };
  const helpMenu: MenuItemConstructorOptions = {
    role: 'help',
    label: texts.help,
    submenu: [
      own('shortcuts'),
      { id: 'supportReport', label: texts.supportReport, click: actions.supportReport },
      ...(isMac ? [] : [SEPARATOR, about]),
    ],
  };
  return [...(isMac ? [appMenu] : []), fileMenu, editMenu, viewMenu, windowMenu, helpMenu];
}

/** Sets the application menu; to be called again when the language changes. No developer entries. */
export function showMenu(texts: MenuTexts, actions: MenuActions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(template(texts, actions, process.platform === 'darwin')));
}
