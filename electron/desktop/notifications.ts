import { Notification } from 'electron';
import { type Attention, AttentionPolicy } from './attention.ts';

export interface NotificationTexts {
  readonly title: string;
  readonly body: string;
}

export interface NotificationParts {
  readonly now: () => number;
  /** The user's choice. */
  readonly enabled: () => boolean;
  /** Whether the user looks at the app and so sees the news there. */
  readonly watched: () => boolean;
  /** The user clicked the notification: show the app, at this pairing. */
  readonly open: (pairingId: string) => void;
}

/** Native notifications about pairings that need attention; {@link AttentionPolicy} decides which. */
export class AttentionNotifications {
  readonly #parts: NotificationParts;
  readonly #policy: AttentionPolicy;
  /** Kept, since a notification that is garbage-collected loses its click. */
  readonly #shown = new Map<string, Notification>();

  constructor(parts: NotificationParts) {
    this.#parts = parts;
    this.#policy = new AttentionPolicy(parts.now);
  }

  /** To be called with each news of a pairing; `texts` is only asked for when it is notified. */
  report(pairingId: string, attention: Attention, texts: () => NotificationTexts): void {
    if (attention.kind === 'fine') this.#close(pairingId);
    const seen = !this.#parts.enabled() || this.#parts.watched();
    if (this.#policy.shouldNotify(pairingId, attention, seen)) this.#show(pairingId, texts());
  }

  /** The pairing is gone. */
  forget(pairingId: string): void {
    this.#close(pairingId);
    this.#policy.forget(pairingId);
  }

  #show(pairingId: string, texts: NotificationTexts): void {
    if (!Notification.isSupported()) return;
    this.#close(pairingId);
    const notification = new Notification({ ...texts });
    notification.on('click', () => {
      this.#close(pairingId);
      this.#parts.open(pairingId);
    });
    // macOS shows notifications of signed apps only, since Electron 42.
    notification.on('failed', () => this.#shown.delete(pairingId));
    notification.show();
    this.#shown.set(pairingId, notification);
  }

  #close(pairingId: string): void {
    this.#shown.get(pairingId)?.close();
    this.#shown.delete(pairingId);
  }
}
