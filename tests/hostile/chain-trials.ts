import { pemOf } from './certificates.ts';
import { startChainPeer } from './chain-peer.ts';
import { type ChainCase, ROOT, type ShownChain } from './chains/chain-case.ts';
import { CODE } from './job.ts';
import { problemsOfAny, type Trial } from './trial.ts';

/** A device that shows the chain and turns the code away: it was let in if it has the code, and not otherwise. */
export function chainTrial(chain: ChainCase, shown: () => ShownChain): Trial {
  return {
    class: 'chains',
    group: chain.group,
    name: chain.name,
    transport: 'https',
    because: chain.inBoringSsl?.because,
    prepare: shown,
    async stage() {
      const { roots = [ROOT.der], addedDaysAgo = 0 } = shown();
      const peer = await startChainPeer(shown());
      return {
        port: peer.port,
        rootCaFiles: roots.map(pemOf),
        addedDaysAgo,
        heard: peer.heard,
        stop: peer.stop,
      };
    },
    judge(outcome, heard, isBoringSsl) {
      const wanted = (isBoringSsl && chain.inBoringSsl?.expected) || chain.expected;
      const word = outcome.code === 'code-rejected' ? 'let-in' : outcome.code;
      const said = outcome.detail.slice(0, 200);
      return {
        word,
        problems: [
          ...problemsOfAny(outcome),
          ...(word === wanted ? [] : [`${word} instead of ${wanted}: ${said}`]),
          // A refused device has heard nothing at all, and one that was let in has heard the code.
          ...(word === 'let-in' && !heard.includes(CODE) ? ['the code was not sent'] : []),
          ...(word !== 'let-in' && heard !== '' ? ['something was sent all the same'] : []),
        ],
      };
    },
  };
}
