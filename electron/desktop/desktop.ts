import { app, type BrowserWindow } from 'electron';
import type { Push } from '../../shared/ipc/index.ts';
import { nameOf, type PairingRecord } from '../../shared/pairing.ts';
import { needsAttention, type PairingStatus } from '../../shared/status.ts';
import type { News } from '../core/news.ts';
import type { SettingsStore } from '../core/settings/settings-store.ts';
import { attentionOf, overallState } from './attention.ts';
import { showMenu } from './menu.ts';
import { AttentionNotifications } from './notifications.ts';
import { QuitQuestion } from './quit-question.ts';
import { changeLanguage, texts } from './texts.ts';
import { AppTray } from './tray.ts';

const TRAY_PAUSE_MS = 250;

export interface DesktopParts {
  readonly settings: Pick<SettingsStore, 'get'>;
  readonly statuses: () => readonly PairingStatus[];
  /** Whether a bridge to a till is switched on: then the app goes on without a window and must be seen somewhere. */
  readonly isBridgeOn: () => boolean;
  /** Whether a till is connected that quitting cuts off. */
  readonly isTillConnected: () => boolean;
  /** The main window, opened again if it was closed. */
  readonly showWindow: () => BrowserWindow;
  /** Whether the user looks at the window now. */
  readonly isWatched: () => boolean;
  readonly push: (push: Push) => void;
}

/** What the app shows outside of its window: menu, tray entry, notifications; all in the user's language. */
export class Desktop {
  readonly #parts: DesktopParts;
  readonly #tray: AppTray;
  readonly #notifications: AttentionNotifications;
  readonly #quitQuestion: QuitQuestion;
  #trayTimer: NodeJS.Timeout | undefined;

  constructor(parts: DesktopParts) {
    this.#parts = parts;
    const { settings } = parts;
    this.#quitQuestion = new QuitQuestion(parts.isTillConnected);
    this.#tray = new AppTray({ open: () => this.#parts.showWindow(), quit: this.#quit });
    this.#notifications = new AttentionNotifications({
      now: Date.now,
      enabled: () => settings.get().notifications,
      watched: parts.isWatched,
      open: (pairingId) => this.#ask({ type: 'show-pairing', pairingId }),
    });
    this.#refresh();
  }

  hear(news: News): void {
    if (news.type === 'status-changed') this.#statusChanged(news.pairing, news.status);
    else if (news.type === 'pairing-removed') this.#pairingRemoved(news.pairing.id);
    else if (news.type === 'settings-changed') this.#refresh();
    else if (news.type === 'bridge-switched') this.#showTray();
  }

  #statusChanged(pairing: PairingRecord, status: PairingStatus): void {
    this.#notifications.report(pairing.id, attentionOf(status), () => ({
      title: texts.t('desktop.attentionTitle', { name: nameOf(pairing) }),
      body: texts.t(`status.${status.state}.sentence`),
    }));
    this.#showTraySoon();
  }

  #pairingRemoved(id: string): void {
    this.#notifications.forget(id);
    this.#showTray();
  }

  #refresh(): void {
    changeLanguage(this.#parts.settings.get().language);
    const show = (what: Extract<Push, { type: 'show' }>['what']) => () => this.#ask({ type: 'show', what });
    showMenu(
      { ...texts.t('menu', { returnObjects: true }), app: app.getName() },
      {
        about: show('about'),
        newPairing: show('new-pairing'),
        findDevices: show('find-devices'),
        settings: show('settings'),
        shortcuts: show('shortcuts'),
        supportReport: show('support-report'),
        quit: this.#quit,
      },
    );
    this.#showTray();
  }

  readonly #quit = (): void => void this.#quitQuestion.quit();

  #ask(push: Push): void {
    const window = this.#parts.showWindow();
    window.focus();
    const { webContents } = window;
    // A window that is only being opened does not listen yet.
    if (webContents.getURL() === '' || webContents.isLoading()) {
      webContents.once('did-finish-load', () => this.#parts.push(push));
    } else {
      this.#parts.push(push);
    }
  }

  /** The tray tells about all pairings together: once for many news, not once for each. */
  #showTraySoon(): void {
    this.#trayTimer ??= setTimeout(() => {
      this.#trayTimer = undefined;
      this.#showTray();
    }, TRAY_PAUSE_MS);
    this.#trayTimer.unref();
  }

  #showTray(): void {
    if (!this.#parts.settings.get().tray && !this.#parts.isBridgeOn()) {
      this.#tray.show(null);
      return;
    }
    const statuses = this.#parts.statuses();
    const state = overallState(statuses);
    const stateText =
      state === 'attention'
        ? texts.t('tray.attention', { count: statuses.filter(needsAttention).length })
        : texts.t(`tray.${state}`);
    this.#tray.show({
      state,
      stateText,
      tooltip: texts.t('tray.tooltip', { state: stateText }),
      open: texts.t('tray.open'),
      quit: texts.t('tray.quit'),
    });
  }
}
