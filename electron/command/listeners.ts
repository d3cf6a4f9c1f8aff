import type { CommandHost } from '../cli/command.ts';
import type { Tell } from '../core/news.ts';

/** Those who hear of what happens in one core. */
export class Listeners {
  readonly #listeners = new Set<Tell>();
  readonly hear: CommandHost['hear'] = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly tell: Tell = (news) => {
    for (const listener of this.#listeners) listener(news);
  };
}
