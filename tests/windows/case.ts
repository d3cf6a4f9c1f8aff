/** What a case gets from the runner. */
export interface Surroundings {
  /** An empty folder of its own, removed afterwards. */
  readonly folder: string;
}

type Run = (surroundings: Surroundings) => void | Promise<void>;

export interface WindowsCase {
  readonly run: Run;
  /** Runs in a process of its own: after waiting in vain for a held file, the app does not wait for some seconds. */
  readonly alone?: true;
  /** Changes what the whole computer shares: needs an administrator, and runs while no other case of this kind does. */
  readonly computerWide?: true;
  /** Why Wine cannot show it; Windows does. */
  readonly notUnderWine?: string;
  /** Why Windows cannot show it; Wine does. */
  readonly notOnWindows?: string;
}

/** What a case has a process of its own do. Its arguments are texts. */
export type Role = (...args: string[]) => void | Promise<void>;

export interface Group {
  readonly name: string;
  readonly cases: Readonly<Record<string, WindowsCase>>;
  readonly roles: Readonly<Record<string, Role>>;
}

/** A file in groups/ exports one of these as its default; nothing else has to be told of it. */
export const group = (
  name: string,
  cases: Readonly<Record<string, Run | WindowsCase>>,
  roles: Group['roles'] = {},
): Group => ({
  name,
  cases: Object.fromEntries(
    Object.entries(cases).map(([title, each]) => [title, typeof each === 'function' ? { run: each } : each]),
  ),
  roles,
});
