import { authority, ecKey } from './certificates.ts';

/** Stands for a root of the system’s store: the registers are started with it in NODE_EXTRA_CA_CERTS. */
export const SYSTEM_ROOT = authority({ subject: 'Some Public Root', key: ecKey('system root') });
