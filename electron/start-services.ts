import { join } from 'node:path';
import { app, BrowserWindow } from 'electron';
import type { AppState } from '../shared/ipc/app.ts';
import type { Push } from '../shared/ipc/index.ts';
import type { DataFolder } from './adapters/data-folder.ts';
import { startDiagnosticLog } from './adapters/diagnostic-log.ts';
import { askRootCaService } from './adapters/root-ca-service.ts';
import { saveSupportReport } from './adapters/support-report.ts';
import { networkLook, onWake } from './adapters/wake.ts';
import { Listeners } from './command/listeners.ts';
import { serveCommands } from './command/server.ts';
import type { Core } from './core/core.ts';
import { diagnose } from './core/diagnostics/diagnose.ts';
import type { Tell } from './core/news.ts';
import { Desktop } from './desktop/desktop.ts';

export interface ServicesParts {
  readonly dataFolder: DataFolder;
  readonly core: Core;
  readonly runtime: AppState['runtime'];
  readonly push: (message: Push) => void;
  /** The main window, opened again if it was closed. */
  readonly showWindow: () => BrowserWindow;
}

export interface Services {
  readonly hear: Tell;
  /** Asks the user where to save; where it is, or null when they cancelled. */
  readonly saveSupportReport: () => Promise<string | null>;
  /** Takes no more commands, and ends those that run. */
  readonly close: () => Promise<void>;
  /** The last word, once the core is closed as well. */
  readonly closed: () => void;
}

/** What the first screen need not wait for: log, menu, tray and notifications, the schedule of checks, commands. */
export function startServices({ dataFolder, core, runtime, push, showWindow }: ServicesParts): Services {
  const log = startDiagnosticLog(join(dataFolder.path, 'logs'));
  diagnose({ kind: 'app-started', version: app.getVersion(), ...runtime });
  const listeners = new Listeners();
  const desktop = new Desktop({
    settings: core.settings,
    statuses: () => Object.values(core.monitor.statuses),
    isBridgeOn: () => core.bridges.isAnyOn,
    isTillConnected: () => core.bridges.isTillConnected,
    showWindow,
    isWatched: () => BrowserWindow.getFocusedWindow() !== null,
    push,
  });
  const wake = () => {
    core.monitor.wake();
    core.bridges.wake();
  };
  onWake(wake);
  // Where nothing can be saved there is no place to meet.
  const commands = serveCommands({
    folder: dataFolder.path,
    host: { core, hear: listeners.hear, askService: askRootCaService },
    who: 'window',
  }).catch(() => undefined);
  // By the caller's next turn, who hears of what begins here.
  setImmediate(core.start, networkLook(wake));
  return {
    hear: (news) => {
      desktop.hear(news);
      listeners.tell(news);
    },
    saveSupportReport: () => saveSupportReport({ core, log, runtime }),
    close: async () => (await commands)?.close(),
    closed: () => diagnose({ kind: 'app-stopped' }),
  };
}
