/** What the process that is killed writes. */
export const ROLES = ['vault', 'settings', 'history', 'core', 'exports'] as const;
export type Role = (typeof ROLES)[number];

export const TITLES: Record<Role, string> = {
  vault: 'Vault: a pairing is stored, proved, changed, removed; a Root CA comes and goes',
  settings: 'Settings',
  history: 'History and time line, with files begun and dropped all the time',
  core: 'Renaming with its line of history; bridge; manager PIN',
  exports: 'Exports: connection kit, support report, history as CSV, over the ones before',
};

/** A document that is not there. */
export const NONE = 'none';
