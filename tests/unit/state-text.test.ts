import { describe, expect, it } from 'vitest';
import { stateText } from '../../electron/ipc/state-text.ts';
import type { AppState } from '../../shared/ipc/app.ts';
import { appStateSchema } from '../../shared/ipc/app.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import { createCa } from '../simulator/pki.ts';
import { EMPTY_APP } from '../support/app-state.ts';
import { addPairings } from '../support/many-pairings.ts';
import { memoryVault } from '../support/vault.ts';

describe('the state as it is handed to the page', () => {
  it('says what the contract names, and nothing else', async () => {
    const { vault } = memoryVault();
    const [pairing] = await addPairings(vault, 2, await createCa({ commonName: 'Root' }), 9);
    // Whoever writes a record with more in it: the vault keeps what its schema names.
    vault.updateRecord(pairing?.id ?? '', { privateKeyPem: '648209' } as Partial<PairingRecord>);
    const state = { ...EMPTY_APP, pairings: vault.pairings };
    const text = stateText({ ...state, secret: '648209' } as AppState);
    expect(text).not.toContain('648209');
    expect(state.pairings).toHaveLength(2);
    expect(appStateSchema.parse(JSON.parse(text))).toEqual(appStateSchema.parse(state));
  });

  it('is not handed on when it breaks the contract', () => {
    expect(() => stateText({ ...EMPTY_APP, version: 1 } as unknown as AppState)).toThrow(
      'getState broke its contract',
    );
  });
});
