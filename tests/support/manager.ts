import {
  type Authorize,
  ManagerAccess,
  type ManagerAccessParts,
} from '../../electron/core/access/manager-access.ts';
import { SCRYPT, type Scrypt } from '../../electron/core/access/pin-hash.ts';
import { PinDocument } from '../../electron/core/access/stored-pin.ts';
import { StorageNotices } from '../../electron/core/vault/notices.ts';
import { MemoryDocuments } from './vault.ts';

/** The real scrypt, cheap enough for tests: N = 16. */
export const CHEAP_SCRYPT: Scrypt = { ...SCRYPT, cost: { ln: 4, r: 8, p: 1 } };

/** A PIN of documents in memory, at the real time unless the test has clocks of its own. */
export function managerAccess(change: Partial<ManagerAccessParts> = {}, documents = new MemoryDocuments()) {
  return new ManagerAccess({
    document: new PinDocument(documents, new StorageNotices()),
    scrypt: CHEAP_SCRYPT,
    now: Date.now,
    steadyNow: () => performance.now(),
    later: () => () => {},
    onState: () => {},
    onEvent: () => {},
    ...change,
  });
}

/** As on a computer without a manager PIN. */
export const EVERYBODY: Authorize = managerAccess().authorize;
