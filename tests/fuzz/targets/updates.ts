import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { UpdateInfo } from 'electron-updater';
import fc from 'fast-check';
import { compareReleases, isWanted } from '../../../electron/core/updates/release.ts';
import { readFeed } from '../../../electron/updates/feed-content.ts';
import { SignedFeed } from '../../../electron/updates/signed-feed.ts';
import type { ErrorCode } from '../../../shared/errors.ts';
import { releaseVersionSchema } from '../../../shared/updates.ts';
import { nodeExecutor } from '../../support/update-engine.ts';
import { feedText } from '../../support/update-feed.ts';
import type { Choices } from '../choices.ts';
import { mutateText } from '../mutate/text.ts';
import { mutateYaml } from '../mutate/yaml.ts';
import { anyBytes, anyText, codeOfThrown, must, mutated, type Target, target } from '../target.ts';

const FOLDER = new URL('https://updates.example/pos-pairing/');
const RUNNING = '1.1.0';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const { privateKey: otherKey } = generateKeyPairSync('ed25519');

/** The installations that update themselves, by what their packages are called. */
const SYSTEMS = [
  {
    platform: 'linux',
    extension: 'AppImage',
    ending: `linux${process.arch === 'x64' ? '' : `-${process.arch}`}`,
  },
  { platform: 'win32', extension: 'exe', ending: '' },
  { platform: 'darwin', extension: 'zip', ending: 'mac' },
] as const;
type System = (typeof SYSTEMS)[number];
const [LINUX] = SYSTEMS;
const nameOf = ({ ending }: System): string => `latest${ending && `-${ending}`}.yml`;

const SEEDS = ['1.3.0', '1.2.0', '1.1.0', '0.9.12'].map((version) =>
  feedText(
    version,
    ['x86_64.AppImage', 'x64.exe', 'arm64.zip', 'x64.zip'].map((name) => ({
      name: `pos-pairing-${version}-${name}`,
      content: Buffer.from(name),
    })),
  ),
);
const WORDS = [
  ...[
    'version',
    'files',
    'url',
    'sha512',
    'size',
    'path',
    'releaseDate',
    'packages',
    'isAdminRightsRequired',
  ],
  ...['../', '%2e%2e/', '//', 'https://', 'a:b', '?', '#', '.AppImage', '.appimage', '.exe', '.zip', 'x64'],
  ...['1.2.0', '1.3.0-beta.1', 'v1.3.0', '01.3.0', '1.3', '1.3.0.0', '999999.0.0', '==', '1e3', 'true'],
];

/** Whose signature comes with a feed, if it is one. */
type Signer = 'owner' | 'nobody' | 'owner of another name' | 'another key' | 'as before';
const signers: fc.Arbitrary<Signer> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Signer>('owner') },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Signer[]>('nobody', 'owner of another name', 'another key', 'as before'),
  },
);
const statuses: fc.Arbitrary<Served['statuses']> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Served['statuses']>([200, 200]) },
  { weight: 1, arbitrary: fc.constantFrom<Served['statuses'][]>([200, 404], [503, 200], [404, 404]) },
);

/** What is signed, as docs/updates.md says. */
const signedBytes = (fileName: string, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`pos-pairing update feed\n${fileName}\n`), content]);
const made = (fileName: string, content: Buffer, key: KeyObject): string =>
  sign(null, signedBytes(fileName, content), key).toString('base64');

function signatureOf(signer: Signer, fileName: string, content: Buffer, before: Buffer): string {
  switch (signer) {
    case 'owner':
      return made(fileName, content, privateKey);
    case 'nobody':
      return sign(null, content, privateKey).toString('base64');
    case 'owner of another name':
      return made(`${fileName}.yml`, content, privateKey);
    case 'another key':
      return made(fileName, content, otherKey);
    case 'as before':
      return made(fileName, before, privateKey);
  }
}

interface Served {
  readonly system: System;
  readonly before: string;
  /** The newest version that was ever offered. */
  readonly known: string;
  readonly content: Buffer;
  readonly signer: Signer;
  /** A change of the signature, as a text: what stands at `at` instead of `length` characters. */
  readonly change: { readonly at: number; readonly length: number; readonly text: string };
  /** Of the answers: the feed, its signature. */
  readonly statuses: readonly [number, number];
}

const feedOf = (
  { platform, extension }: System,
  answers: ReadonlyMap<string, Response> = new Map(),
): SignedFeed =>
  new SignedFeed(
    {
      folder: FOLDER,
      key: publicKey,
      extension,
      fetch: async (url) => answers.get(url) ?? new Response(null, { status: 404 }),
      signal: () => new AbortController().signal,
    },
    { isUseMultipleRangeRequest: false, platform, executor: nodeExecutor() },
  );

/** Nothing but what the app takes a feed for: a release, and packages beside the feed. */
function judge(feed: SignedFeed, info: UpdateInfo, { extension }: System, known: string): string {
  must(releaseVersionSchema.safeParse(info.version).success, 'a version is that of a release');
  must(info.files.length > 0 && info.files.length <= 50, 'a feed has a few files');
  for (const { url, info: file } of feed.resolveFiles(info)) {
    must(url.href === FOLDER.href + file.url && !file.url.includes('/'), 'a package is beside its feed');
    must(file.url.length <= 201, 'a name has a limit');
    must(Buffer.from(file.sha512, 'base64').length === 64, 'a package has a whole checksum');
    must(Number.isSafeInteger(file.size) && (file.size ?? 0) > 0, 'a package has a size');
  }
  const { url } = feed.packageIn(info);
  must(url.pathname.endsWith(`.${extension}`), 'a package is of the kind that is installed');
  const wanted = isWanted(info.version, RUNNING, known);
  must(compareReleases(info.version, known) >= 0, 'a feed never goes back');
  return wanted ? 'newer' : 'not newer';
}

/** As the app asks a server. */
async function look({ system, before, known, content, signer, change, statuses }: Served): Promise<string> {
  const name = nameOf(system);
  const whole = signatureOf(signer, name, content, Buffer.from(before));
  const signature = Buffer.from(
    whole.slice(0, change.at) + change.text + whole.slice(change.at + change.length),
  );
  const [feedStatus, signatureStatus] = statuses;
  const url = new URL(name, FOLDER).href;
  const feed = feedOf(
    system,
    new Map([
      [url, new Response(Uint8Array.from(content), { status: feedStatus })],
      [`${url}.sig`, new Response(Uint8Array.from(signature), { status: signatureStatus })],
    ]),
  );
  // Ed25519 (RFC 8032) makes the same one each time, so it is that or none.
  const isGenuine = Buffer.from(signature.toString('latin1').trim(), 'base64').equals(
    Buffer.from(made(name, content, privateKey), 'base64'),
  );
  const reasons: readonly (readonly [boolean, ErrorCode])[] = [
    [feedStatus !== 200, 'update-feed-unreachable'],
    [content.length > 256 * 1024, 'update-feed-invalid'],
    [signatureStatus !== 200, 'update-feed-unreachable'],
    [signature.length > 1024, 'update-feed-invalid'],
    [!isGenuine, 'update-signature-invalid'],
  ];
  const [, refusal] = reasons.find(([isSo]) => isSo) ?? [];
  let ending: string;
  try {
    ending = judge(feed, await feed.getLatestVersion(), system, known);
  } catch (thrown) {
    ending = codeOfThrown(thrown);
  }
  const isBefore = ending === 'update-signature-invalid' || ending === 'update-feed-unreachable';
  must(
    refusal === undefined ? !isBefore : ending === refusal,
    `nothing of a feed is understood before it was verified, and then it is: ${refusal}, ${ending}`,
  );
  return ending;
}

/** Characters that YAML has no place for, as it writes them. */
const escaped = (json: string): string =>
  json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** What is signed, since only its owner's mistakes are left then. */
function read(content: Buffer, system: System): string {
  const feed = feedOf(system);
  try {
    const info = readFeed(content, new URL(nameOf(system), FOLDER));
    must(
      JSON.stringify(readFeed(Buffer.from(escaped(JSON.stringify(info))), FOLDER)) === JSON.stringify(info),
      'what was understood is understood the same again',
    );
    return judge(feed, info, system, RUNNING);
  } catch (thrown) {
    return codeOfThrown(thrown);
  }
}

const changes: fc.Arbitrary<Served['change']> = fc.oneof(
  { weight: 5, arbitrary: fc.constant({ at: 88, length: 0, text: '\n' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      at: fc.nat({ max: 100 }),
      length: fc.nat({ max: 3 }),
      text: fc.constantFrom('', 'A', '-', '=', '\n', '\0', 'é', ' ', 'x'.repeat(2000)),
    }),
  },
  { weight: 1, arbitrary: anyText.map((text) => ({ at: 0, length: 100, text })) },
);

const mutateContent = (data: Buffer, choices: Choices, tokens: readonly string[]): Buffer =>
  Buffer.from(mutateYaml(data.toString(), choices, [...WORDS, ...tokens]));

export function updateTargets(): Target[] {
  const content = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...SEEDS).map((text) => Buffer.from(text)) },
    {
      weight: 12,
      arbitrary: mutated(SEEDS, (text, choices) => mutateYaml(text, choices, WORDS)).map((text) =>
        Buffer.from(text),
      ),
    },
    {
      weight: 2,
      arbitrary: mutated(SEEDS, (text, choices) => mutateText(text, choices, WORDS)).map((text) =>
        Buffer.from(text),
      ),
    },
    { weight: 1, arbitrary: anyBytes },
    // More than is read.
    { weight: 1, arbitrary: fc.nat({ max: 20_000 }).map((more) => Buffer.alloc(250_000 + more, '# \n')) },
  );
  return [
    target({
      name: 'update-feed',
      about: 'A feed of updates with its signature, as a server answers, and its YAML',
      share: 15,
      reaches: [
        ...['newer', 'not newer', 'update-older', 'update-feed-invalid'],
        ...['update-signature-invalid', 'update-feed-unreachable'],
      ],
      inputs: fc.record({
        system: fc.constantFrom(...SYSTEMS),
        before: fc.constantFrom(...SEEDS),
        known: fc.constantFrom(RUNNING, '1.2.0'),
        content,
        signer: signers,
        change: changes,
        statuses,
      }),
      run: look,
      guided: {
        seeds: SEEDS.map((text) => Buffer.from(text)),
        mutate: mutateContent,
        run: (data) => read(data, LINUX),
      },
    }),
  ];
}
