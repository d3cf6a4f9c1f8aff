import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { app } from 'electron';
import type { Autostart } from '../core/bridge/autostart.ts';
import { IS_PACKAGED } from './packaged.ts';

const HIDDEN = '--hidden';

/** How the operating system starts the app when somebody signs in: without a window. */
export function systemAutostart(): Autostart {
  return process.platform === 'linux' ? linuxAutostart() : loginItem();
}

/** Whether the system started the app at sign-in. macOS passes no arguments on. */
export const startedBySystem = (): boolean =>
  process.argv.includes(HIDDEN) ||
  (process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin);

/** Windows and macOS. A development build would register Electron itself, so it cannot. */
function loginItem(): Autostart {
  const options = process.platform === 'win32' ? { args: [HIDDEN] } : {};
  return {
    isOn: () => app.getLoginItemSettings(options).openAtLogin,
    set: (on) => {
      if (!IS_PACKAGED) throw new Error('only an installed app can start with the computer');
      app.setLoginItemSettings({ ...options, openAtLogin: on });
      if (app.getLoginItemSettings(options).openAtLogin !== on)
        throw new Error('the system keeps its own setting');
    },
  };
}

/** Quotes an argument of `Exec` (Desktop Entry Specification 1.5, "The Exec key"). */
const quoted = (argument: string): string =>
  `"${argument.replace(/["`$\\]/g, (char) => `\\${char}`).replaceAll('%', '%%')}"`;

/** XDG autostart entry (Desktop Application Autostart Specification 0.5). */
function linuxAutostart(): Autostart {
  const configHome = process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  const path = join(configHome, 'autostart', 'pos-pairing.desktop');
  return {
    isOn: () => existsSync(path) && !/^Hidden=true$/m.test(readFileSync(path, 'utf8')),
    set: (on) => {
      if (!on) {
        rmSync(path, { force: true });
        return;
      }
      // An AppImage is mounted at another place each time it runs.
      const program = process.env['APPIMAGE'] || process.execPath;
      const command = [program, ...(IS_PACKAGED ? [] : [app.getAppPath()]), HIDDEN];
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(
        path,
        [
          '[Desktop Entry]',
          'Type=Application',
          `Name=${app.getName()}`,
          `Exec=${command.map(quoted).join(' ')}`,
          'Terminal=false',
          'X-GNOME-Autostart-enabled=true',
          '',
        ].join('\n'),
      );
    },
  };
}
