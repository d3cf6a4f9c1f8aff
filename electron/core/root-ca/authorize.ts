import type { Authorize } from '../access/manager-access.ts';
import type { Vault } from '../vault/vault.ts';

/** Whom to trust is everybody's to say only as long as nobody is trusted and nothing is paired: at the first start. */
const needsManager = ({ rootCas, size }: Pick<Vault, 'rootCas' | 'size'>): boolean =>
  rootCas.length > 0 || size > 0;

/** The one rule of who may change what is trusted. Throws what `authorize` throws. */
export function requireMayTrust(vault: Pick<Vault, 'rootCas' | 'size'>, authorize: Authorize): void {
  if (needsManager(vault)) authorize();
}
