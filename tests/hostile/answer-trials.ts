import type { Transport } from '../../shared/inputs.ts';
import { acceptFor, type Script, startScriptedDevice } from '../support/scripted-device.ts';
import { type AnswerShape, STORED_LEAF } from './answers/shapes.ts';
import { device, pemOf } from './certificates.ts';
import { ISSUING, ROOT } from './chains/chain-case.ts';
import { close, text } from './frames.ts';
import { CODE } from './job.ts';
import { problemsOfAny, type Trial } from './trial.ts';

const shown = device({ issuer: ISSUING });
/** The device of all answers: nothing is wrong with its own certificate. */
export const PRESENTED = {
  certificatePem: pemOf(shown.der),
  privateKeyPem: shown.key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
};

function httpAnswer(status: number, messages: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(messages.map((message) => Buffer.from(message as string)));
  const head = `HTTP/1.1 ${status} X\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** Answers the code with the shape, and is away afterwards, as devices are until somebody taps Connect Device. */
function script({ status = 200, messages }: AnswerShape, transport: Transport): Script {
  let isAnswered = false;
  return (socket, request) => {
    if (isAnswered) return void socket.destroy();
    isAnswered = true;
    if (transport === 'https' || status !== 200) return void socket.end(httpAnswer(status, messages()));
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptFor(request)}\r\n\r\n`,
    );
    socket.once('data', () => {
      for (const message of messages()) socket.write(text(message as string));
      socket.end(close(1000));
    });
  };
}

export function answerTrial(shape: AnswerShape, transport: Transport): Trial {
  return {
    class: 'answers',
    group: shape.group,
    name: shape.name,
    transport,
    because: shape.inBoringSsl && 'key-parts',
    prepare: () => void shape.messages(),
    async stage() {
      const peer = await startScriptedDevice(PRESENTED, pemOf(ISSUING.der), script(shape, transport));
      return { ...peer, port: peer.address.port, rootCaFiles: [pemOf(ROOT.der)], heard: peer.received };
    },
    judge(outcome, heard, isBoringSsl) {
      const { expected, incompleteOver = [], stored = STORED_LEAF } = shape;
      const usual = typeof expected === 'string' ? expected : expected[transport];
      const wanted = (isBoringSsl && shape.inBoringSsl) || usual;
      const notes = [...(shape.notes ?? []), ...(incompleteOver.includes(transport) ? ['incomplete'] : [])];
      const word = outcome.code === 'waiting' ? 'keys' : outcome.code;
      const leaf = stored();
      const found = outcome.stored;
      return {
        word,
        problems: [
          ...problemsOfAny(outcome),
          ...(word === wanted ? [] : [`${word} instead of ${wanted}: ${outcome.detail.slice(0, 200)}`]),
          ...(wanted !== 'keys' && found ? ['something was stored'] : []),
          ...(wanted === 'keys' && found && leaf !== '' && found.clientCertificate !== leaf
            ? ['another certificate was stored']
            : []),
          ...(wanted === 'keys' && found && String(found.notes.toSorted()) !== String(notes.toSorted())
            ? [`notes: ${found.notes} instead of ${notes}`]
            : []),
          // Over WSS an HTTP answer comes before the code could be sent.
          ...(wanted === 'upgrade-refused' && heard.includes(CODE) ? ['the code was sent'] : []),
        ],
      };
    },
  };
}
