import type { ServerState } from './behaviour.ts';

export const STATE_NOT_ACTIVATED = 'Enter the activation code';
const STATE_WAITING = 'Generate POS Connection Code';
export const STATE_PAIRED = 'POS Activation Successful';
export const STATE_NOT_CONNECTED = 'Device is not connected';
const STATE_CONNECTED = 'Device connected';

type View = keyof typeof TEXTS | 'device-status';

const TEXTS = { activation: STATE_NOT_ACTIVATED, code: STATE_WAITING, success: STATE_PAIRED } as const;

/** What the device's screen shows; a button can only be tapped where it is. */
export class Screen {
  readonly #server: () => ServerState;
  readonly #onText: (text: string) => void;
  #view: View;
  #shown = '';

  constructor(activated: boolean, server: () => ServerState, onText: (text: string) => void) {
    this.#view = activated ? 'code' : 'activation';
    this.#server = server;
    this.#onText = onText;
  }

  get text(): string {
    if (this.#view !== 'device-status') return TEXTS[this.#view];
    return this.#server() === 'away' ? STATE_NOT_CONNECTED : STATE_CONNECTED;
  }

  show(view: View): void {
    this.#view = view;
    this.refresh();
  }

  /** Tells about another text, since the state of the server may have changed it. */
  refresh(): void {
    if (this.text === this.#shown) return;
    this.#shown = this.text;
    this.#onText(this.text);
  }

  /** The next set-up screen is Device Status. */
  tapClose(): void {
    if (this.#view !== 'success') throw new Error(`There is no Close on "${this.text}".`);
    this.show('device-status');
  }

  /** Opens Device Status where that takes another tap; throws where Connect Device cannot be tapped. */
  reachConnectDevice(): void {
    if (this.#view === 'success' || this.#view === 'activation')
      throw new Error(`There is no Device Status on "${this.text}".`);
    this.show('device-status');
    if (this.text === STATE_CONNECTED) throw new Error('The device is connected already.');
  }
}
