/** For a page that asks for nothing, since it broke: milliseconds until the app starts without it. */
const PATIENCE_MS = 2_000;

/** How the names of the page's first files begin; vite.config.ts names them so. */
export const PAGE = 'index.html';
export const FIRST_SCREEN = 'first-screen';

/** Tells when the page has been given its files, so that what takes the main process's time comes after them. */
export class PageFiles {
  readonly #served: string[] = [];
  #onServed = () => {};

  /** The file has been served. */
  readonly served = (name: string): void => {
    this.#served.push(name);
    this.#onServed();
  };

  /** Resolves once the script whose name begins so has been served, or is not asked for. One at a time. */
  async until(beginning: string): Promise<void> {
    const isServed = () => this.#served.some((name) => name.startsWith(beginning) && !name.endsWith('.css'));
    if (isServed()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PATIENCE_MS);
      this.#onServed = () => {
        if (!isServed()) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
