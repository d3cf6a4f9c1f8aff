import { startScriptedDevice } from '../support/scripted-device.ts';
import { PRESENTED } from './answer-trials.ts';
import { rightBlocks } from './answers/issued.ts';
import { pemOf } from './certificates.ts';
import { ISSUING, ROOT } from './chains/chain-case.ts';
import { CODE } from './job.ts';
import { problemsOfAny, type Trial } from './trial.ts';
import { startWireDevice } from './wire/device.ts';
import type { Scene } from './wire/scenes.ts';
import type { Strike } from './wire/strikes.ts';

export function strikeTrial(strike: Strike): Trial {
  return {
    class: 'wire',
    group: strike.group,
    name: strike.name,
    transport: strike.transport,
    because: strike.expected.length > 1 ? 'moment-or-library' : undefined,
    prepare: () => void rightBlocks(),
    async stage() {
      const peer = await startWireDevice(strike, strike.transport);
      return { ...peer, rootCaFiles: [pemOf(ROOT.der)], timing: strike.timing };
    },
    judge(outcome, heard) {
      const { expected } = strike;
      const { code: word, detail, stored } = outcome;
      return {
        word,
        problems: [
          ...problemsOfAny(outcome),
          ...(expected.includes(word)
            ? []
            : [`${word} instead of ${expected.join(' or ')}: ${detail.slice(0, 160)}`]),
          ...(!strike.codeSent && !expected.includes('paired') && heard.includes(CODE)
            ? ['the code was sent']
            : []),
          ...((word === 'paired' || word === 'waiting') === (stored !== undefined)
            ? []
            : ['what is stored is not what was told']),
          ...(word === 'paired' && stored?.protection !== 'mtls' ? ['proved, and not mTLS'] : []),
        ],
      };
    },
  };
}

export function sceneTrial(scene: Scene): Trial {
  const { group, name, transport, expected, codeSent, answerMs } = scene;
  return {
    class: 'wire',
    group,
    name,
    transport,
    prepare: () => void rightBlocks(),
    async stage() {
      let isPlayed = false;
      const peer = await startScriptedDevice(PRESENTED, pemOf(ISSUING.der), (socket, request) => {
        if (isPlayed) return void socket.destroy();
        isPlayed = true;
        scene.play(socket, request);
      });
      return {
        port: peer.address.port,
        rootCaFiles: [pemOf(ROOT.der)],
        timing: answerMs === undefined ? {} : { answerMs },
        heard: peer.received,
        stop: peer.stop,
      };
    },
    judge(outcome, heard) {
      const word = outcome.code === 'waiting' ? 'keys' : outcome.code;
      return {
        word,
        problems: [
          ...problemsOfAny(outcome),
          ...(word === expected ? [] : [`${word} instead of ${expected}: ${outcome.detail.slice(0, 160)}`]),
          ...((word === 'keys') === (outcome.stored !== undefined)
            ? []
            : ['what is stored is not what was told']),
          ...(!codeSent && heard.includes(CODE) ? ['the code was sent'] : []),
        ],
      };
    },
  };
}
