import { Menu, type NativeImage, nativeImage, Tray } from 'electron';
import ok2x from '../../packaging/icons/tray@2x.png?inline';
import ok from '../../packaging/icons/tray.png?inline';
import attention2x from '../../packaging/icons/tray-attention@2x.png?inline';
import attention from '../../packaging/icons/tray-attention.png?inline';
import attentionTemplate2x from '../../packaging/icons/tray-attentionTemplate@2x.png?inline';
import attentionTemplate from '../../packaging/icons/tray-attentionTemplate.png?inline';
import none2x from '../../packaging/icons/tray-none@2x.png?inline';
import none from '../../packaging/icons/tray-none.png?inline';
import noneTemplate2x from '../../packaging/icons/tray-noneTemplate@2x.png?inline';
import noneTemplate from '../../packaging/icons/tray-noneTemplate.png?inline';
import okTemplate2x from '../../packaging/icons/trayTemplate@2x.png?inline';
import okTemplate from '../../packaging/icons/trayTemplate.png?inline';
import type { OverallState } from './attention.ts';

/** Each image at 16 px and at twice the resolution, as data URLs. */
type Drawing = readonly [string, string];

const COLOURED: Record<OverallState, Drawing> = {
  ok: [ok, ok2x],
  attention: [attention, attention2x],
  none: [none, none2x],
};
/** Black and transparent: macOS colours them to fit its menu bar. */
const TEMPLATES: Record<OverallState, Drawing> = {
  ok: [okTemplate, okTemplate2x],
  attention: [attentionTemplate, attentionTemplate2x],
  none: [noneTemplate, noneTemplate2x],
};

export interface TrayView {
  readonly state: OverallState;
  /** The overall state in words, such as "1 device needs attention". */
  readonly stateText: string;
  /** For the pointer: the app's name with the state. */
  readonly tooltip: string;
  readonly open: string;
  readonly quit: string;
}

export interface TrayActions {
  readonly open: () => void;
  readonly quit: () => void;
}

function imageOf(state: OverallState): NativeImage {
  const [once, twice] = (process.platform === 'darwin' ? TEMPLATES : COLOURED)[state];
  // Panels on Linux scale one image to their own size, whatever the display's scale is.
  if (process.platform === 'linux') return nativeImage.createFromDataURL(twice);
  const image = nativeImage.createFromDataURL(once);
  image.addRepresentation({ scaleFactor: 2, dataURL: twice });
  image.setTemplateImage(process.platform === 'darwin');
  return image;
}

/** The app's entry in the tray or menu bar. */
export class AppTray {
  readonly #actions: TrayActions;
  #tray: Tray | undefined;

  constructor(actions: TrayActions) {
    this.#actions = actions;
  }

  /** Creates or updates the entry; null takes it away. */
  show(view: TrayView | null): void {
    if (!view) {
      this.#tray?.destroy();
      this.#tray = undefined;
      return;
    }
    const image = imageOf(view.state);
    this.#tray?.setImage(image);
    this.#tray ??= this.#create(image);
    this.#tray.setToolTip(view.tooltip);
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: view.open, click: this.#actions.open },
        { label: view.stateText, enabled: false },
        { type: 'separator' },
        { label: view.quit, click: this.#actions.quit },
      ]),
    );
  }

  #create(image: NativeImage): Tray {
    const tray = new Tray(image);
    // On macOS a click opens the menu.
    if (process.platform !== 'darwin') tray.on('click', this.#actions.open);
    return tray;
  }
}
