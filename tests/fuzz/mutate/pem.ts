import { findPemBlocks } from '../../../electron/core/pki/pem.ts';
import { type Choices, pick } from '../choices.ts';
import { mutateDer } from './der.ts';
import { mutateJson } from './json.ts';
import { mutateText } from './text.ts';

interface Block {
  readonly label: string;
  readonly body: string;
}

const LABELS = [
  ...[
    'CERTIFICATE',
    'X509 CERTIFICATE',
    'TRUSTED CERTIFICATE',
    'RSA PRIVATE KEY',
    'PRIVATE KEY',
    'EC PRIVATE KEY',
  ],
  ...['ENCRYPTED PRIVATE KEY', 'PUBLIC KEY', 'PKCS7', 'CERTIFICATE REQUEST', 'DSA PRIVATE KEY', 'A', ''],
] as const;
const TOKENS = [
  '-----BEGIN ',
  '-----END ',
  '-----',
  'CERTIFICATE',
  'PRIVATE KEY',
  'Proc-Type: 4,ENCRYPTED\n',
  '\\n',
  '\r',
  '=',
];

const armour = ({ label, body }: Block): string =>
  `-----BEGIN ${label}-----\n${body.replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;

function blocksOf(text: string): Block[] {
  return findPemBlocks(text).map(({ label, pem }) => ({
    label,
    body: pem.split('\n').slice(1, -2).join(''),
  }));
}

/** Changes the list of blocks, or one of them. */
function mutateBlocks(blocks: readonly Block[], choices: Choices): string {
  const chosen = choices.below(blocks.length);
  const other = blocks[choices.below(blocks.length)];
  const changed = blocks.flatMap((block, at): string[] => {
    if (at !== chosen) return [armour(block)];
    const { label, body } = block;
    switch (choices.below(12)) {
      case 0:
        return [];
      case 1:
        return [armour(block), armour(block)];
      case 2:
        return [armour({ label: pick(choices, LABELS), body })];
      case 3:
        return other ? [armour({ label, body: other.body })] : [];
      case 4:
        return [
          armour(block).replace('-----\n', '-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n'),
        ];
      case 5:
        return [armour(block).replace(/-----END[\s\S]*/, '')];
      case 6:
        return [mutateText(armour(block), choices, TOKENS)];
      case 7:
        return [Buffer.from(body, 'base64').toString('base64url')];
      default:
        return [armour({ label, body: mutateDer(Buffer.from(body, 'base64'), choices).toString('base64') })];
    }
  });
  return (choices.below(6) === 0 ? changed.reverse() : changed).join('');
}

/** How an answer may carry its blocks otherwise. */
function rewrap(text: string, choices: Choices): string {
  const blocks = blocksOf(text);
  const ders = blocks.map(({ body }) => body);
  const [key = '', leaf = '', ...rest] = ders;
  switch (choices.below(10)) {
    case 0:
      return text.replaceAll('\n', '\r\n');
    case 1:
      return text.replaceAll('\n', '\\n');
    case 2:
      return JSON.stringify({ pem: text });
    case 3:
      return JSON.stringify({ privateKey: key, certificate: leaf, chain: rest });
    case 4:
      return JSON.stringify(blocks.map(armour));
    case 5:
      return JSON.stringify({ answer: JSON.stringify({ data: text }) });
    case 6:
      return JSON.stringify({ bundle: Buffer.from(text).toString('base64') });
    case 7:
      return JSON.stringify({
        key,
        chain: Buffer.concat(ders.slice(1).map((der) => Buffer.from(der, 'base64'))).toString('base64'),
      });
    case 8:
      return text.replaceAll('\n', '');
    default:
      return `{"pem":"${text}"}`;
  }
}

/** One change of a text with PEM in it: of its blocks, of DER within them, of what is around them, of the text. */
export function mutatePem(text: string, choices: Choices): string {
  const isJson = /^\s*[[{"]/.test(text);
  if (isJson && choices.below(3) !== 0) return mutateJson(text, choices, TOKENS);
  const blocks = blocksOf(text);
  if (blocks.length === 0) return mutateText(text, choices, TOKENS);
  switch (choices.below(6)) {
    case 0:
      return mutateText(text, choices, TOKENS);
    case 1:
      return rewrap(text, choices);
    default:
      return mutateBlocks(blocks, choices);
  }
}
