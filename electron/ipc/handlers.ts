import { suggestPosId } from '../../shared/inputs.ts';
import type { AppState, Push } from '../../shared/ipc.ts';
import type { PairingService } from '../pairing/pairing-service.ts';
import { describeRootCa, type RootCaImport } from '../pairing/root-ca-import.ts';
import type { Vault } from '../vault/vault.ts';
import type { Handlers } from './handle-calls.ts';

export interface HandlerParts {
  readonly vault: Vault;
  readonly pairing: PairingService;
  readonly rootCaImport: RootCaImport;
  readonly push: (push: Push) => void;
  readonly version: string;
  readonly hostName: string;
  readonly offered: AppState['offered'];
  readonly copyText: (text: string) => void;
}

/** The contract's methods, each in terms of the core. */
export const makeHandlers = ({ vault, pairing, rootCaImport, push, ...parts }: HandlerParts): Handlers => ({
  getState: () => ({
    version: parts.version,
    trustAnchor: vault.rootCa && describeRootCa(vault.rootCa),
    pairings: vault.pairings,
    storageProblem: vault.storageProblem,
    notices: [...vault.notices],
    suggestedPosId: suggestPosId(parts.hostName),
    offered: parts.offered,
  }),
  previewTrustAnchor: ({ bytes }) => rootCaImport.preview(bytes),
  trustPreviewed: ({ fingerprint256, replaceConfirmed }) => {
    const trustAnchor = rootCaImport.trust(fingerprint256, replaceConfirmed);
    push({ type: 'trust-anchor-changed', trustAnchor });
    return trustAnchor;
  },
  startPairing: (request) => pairing.start(request),
  answerIdentity: ({ attemptId, accepted }) => pairing.answerIdentity(attemptId, accepted),
  cancelPairing: ({ attemptId }) => pairing.cancel(attemptId),
  checkConnection: ({ pairingId }) => pairing.check(pairingId),
  dismissNotice: ({ id }) => {
    vault.dismissNotice(id);
    push({ type: 'notices-changed', notices: [...vault.notices] });
    return null;
  },
  copyText: ({ text }) => {
    parts.copyText(text);
    return null;
  },
});
