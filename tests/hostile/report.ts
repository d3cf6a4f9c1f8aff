import { release, type as system } from 'node:os';
import type { ChainCase } from './chains/chain-case.ts';
import { DIFFERENCES, type Difference } from './differences.ts';
import type { OpenSslVerdict } from './openssl.ts';
import { CLASSES, type HostileClass, type Trial, type Verdict } from './trial.ts';

/** What one trial came to, by the name of the runtime. */
export interface Row {
  readonly trial: Trial;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

export interface ChainRow {
  readonly chain: ChainCase;
  readonly servedBy: string;
  readonly openSsl: OpenSslVerdict;
}

export interface ClassSummary {
  readonly class: HostileClass;
  readonly cases: number;
  readonly meetings: number;
  readonly passed: number;
  /** Cases in which the runtimes, or OpenSSL's own verdict on a chain, differ. */
  readonly differences: number;
}

export const isDifferent = ({ verdicts }: Row): boolean =>
  new Set([...verdicts.values()].map(({ word }) => word)).size > 1;

export function summarise(rows: readonly Row[], chains: readonly ChainRow[]): readonly ClassSummary[] {
  const openSslDiffers = new Set(
    chains.flatMap(({ chain }) => (chain.openSslDiffers ? [titleOf(chain)] : [])),
  );
  return CLASSES.map((name) => {
    const own = rows.filter(({ trial }) => trial.class === name);
    const verdicts = own.flatMap((row) => [...row.verdicts.values()]);
    return {
      class: name,
      cases: own.length,
      meetings: verdicts.length,
      passed: verdicts.filter(({ problems }) => problems.length === 0).length,
      differences: own.filter(
        (row) => isDifferent(row) || (name === 'chains' && openSslDiffers.has(titleOf(row.trial))),
      ).length,
    };
  });
}

const titleOf = ({ group, name }: Pick<ChainCase, 'group' | 'name'>): string => `${group}: ${name}`;

type Cells = readonly string[];
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('*', '\\*');
/** As Biome would align it. */
function table(head: Cells, rows: readonly Cells[]): string {
  const all = [head, ...rows].map((row) => row.map(cell));
  const widths = head.map((_, at) => Math.max(3, ...all.map((row) => [...(row[at] ?? '')].length)));
  const line = (row: Cells) =>
    `| ${row.map((text, at) => text + ' '.repeat((widths[at] ?? 0) - [...text].length)).join(' | ')} |`;
  const [first = [], ...others] = all;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n');
}

const CLASS_TITLES: Readonly<Record<HostileClass, string>> = {
  chains: 'Device chains',
  answers: 'Answers to a code',
  wire: 'Faults on the wire',
};

/** The first table of the page. */
export const summaryTable = (summaries: readonly ClassSummary[]): string =>
  table(
    ['Class', 'Cases', 'Met', 'Passed', 'Differences'],
    summaries.map((each) => [
      CLASS_TITLES[each.class],
      ...[each.cases, each.meetings, each.passed, each.differences].map(String),
    ]),
  );

const linkTo = (reason: Difference | undefined): string => (reason ? `[${reason}](#${reason})` : '');

const wordIn = ({ verdicts }: Row, runtime: string): string => verdicts.get(runtime)?.word ?? '';

function chainTables(rows: readonly Row[], chains: readonly ChainRow[], runtimes: readonly string[]): string {
  const rowOf = new Map(rows.map((row) => [titleOf(row.trial), row]));
  const groups = [...new Set(chains.map(({ chain }) => chain.group))];
  return groups
    .map((group) => {
      const lines = chains
        .filter(({ chain }) => chain.group === group)
        .map(({ chain, servedBy, openSsl }) => {
          const row = rowOf.get(titleOf(chain));
          const reasons = [chain.openSslDiffers, chain.inBoringSsl?.because].filter(
            (each) => each !== undefined,
          );
          return [
            chain.name,
            chain.expected,
            ...runtimes.map((runtime) => (row ? wordIn(row, runtime) : '')),
            `${openSsl.ok ? 'ok' : openSsl.words}${openSsl.ok && !openSsl.strictlyOk ? ' (not strictly)' : ''}`,
            servedBy,
            reasons.map(linkTo).join(', '),
          ];
        });
      return `### ${group.charAt(0).toUpperCase()}${group.slice(1)}\n\n${table(['What is odd', 'Expected', ...runtimes, 'openssl verify', 'Shown by', 'Why they differ'], lines)}`;
    })
    .join('\n\n');
}

/** A line for each group: how many there are, and what becomes of them. */
function groupTable(rows: readonly Row[], runtimes: readonly string[]): string {
  const groups = [...new Set(rows.map(({ trial }) => trial.group))];
  return table(
    ['What', 'Cases', 'Different in', ...runtimes],
    groups.map((group) => {
      const own = rows.filter(({ trial }) => trial.group === group);
      return [
        group,
        String(own.length),
        String(own.filter(isDifferent).length),
        ...runtimes.map((runtime) => {
          const counts = new Map<string, number>();
          for (const row of own)
            counts.set(wordIn(row, runtime), (counts.get(wordIn(row, runtime)) ?? 0) + 1);
          return [...counts].map(([word, count]) => `${word} ${count}`).join(', ');
        }),
      ];
    }),
  );
}

function differenceList(rows: readonly Row[], runtimes: readonly string[]): string {
  const different = rows.filter((row) => row.trial.class !== 'chains' && isDifferent(row));
  if (different.length === 0) return 'None.';
  return table(
    ['What', ...runtimes, 'Why they differ'],
    different.map((row) => [
      `${row.trial.group}: ${row.trial.name} (${row.trial.transport})`,
      ...runtimes.map((runtime) => wordIn(row, runtime)),
      linkTo(row.trial.because),
    ]),
  );
}

const anchors = (reasons: readonly Difference[]): string =>
  reasons.map((reason) => `### ${reason}\n\n${DIFFERENCES[reason]}`).join('\n\n');

export interface ReportParts {
  readonly rows: readonly Row[];
  readonly chains: readonly ChainRow[];
  /** Names and versions, in the order of the columns. */
  readonly runtimes: readonly { readonly name: string; readonly version: string }[];
  readonly openSsl: string;
}

/** The page docs/hostile.md. */
export function reportPage({ rows, chains, runtimes, openSsl }: ReportParts): string {
  const names = runtimes.map(({ name }) => name);
  const of = (wanted: HostileClass) => rows.filter(({ trial }) => trial.class === wanted);
  const used = (Object.keys(DIFFERENCES) as Difference[]).filter(
    (reason) =>
      chains.some(({ chain }) => chain.openSslDiffers === reason) ||
      rows.some((row) => row.trial.because === reason && isDifferent(row)),
  );
  return `# Hostile devices

\`npm run test:hostile\` has written this page. It puts up devices that are wrong in one way each, and lets a register meet them: the app’s own pairing, from the first connection to the proof, in Node and in Electron’s own Node. A case passes when the register says what is expected, tells neither the code nor a key to anybody, stores nothing that it does not report, and when nothing is thrown that nobody catches. \`npm test\` meets all chains and every third of the others, by the two in turn.

${summaryTable(summarise(rows, chains))}

${runtimes.map(({ name, version }) => `${name}: ${version}.`).join(' ')} Verdicts of \`openssl verify\`: ${openSsl}. ${system()} ${release()}, ${new Date().toISOString().slice(0, 10)}.

## Device chains

A device shows a chain and turns every code away. \`let-in\` means that the code was sent; for every other verdict the device has heard **nothing** within TLS, and a case fails where it has. “Shown by” says whether a real TLS server of OpenSSL shows the chain or, where no library would load it or leave its bytes as they are, the test’s own TLS 1.3 (\`tests/hostile/tls13.ts\`). The kinds follow the testcases of x509-limbo, without revocation lists, which devices have none of.

\`openssl verify\` is asked with \`-purpose sslserver\`, what a TLS client asks for; \`-auth_level 2\`, the strength that clients of Debian and Ubuntu ask for; \`-verify_hostname\` (or \`-verify_ip\`), the one name a person would have typed; \`-no-CApath -no-CAstore\`, nobody but the merchant’s root. “Not strictly” means that \`-x509_strict\` would refuse as well: that insists on key identifiers and other forms that no TLS client asks for, so it is shown and not compared. Codes are those of [errors](errors.md).

${chainTables(of('chains'), chains, names)}

## Answers to a code

The device is right until it has the code; then it answers with each of these, over HTTPS and over WSS. \`keys\`: key and certificate were understood and stored, with the right certificate and the right notes. A status other than 200 answers the upgrade over WSS, before the code could be sent.

${groupTable(of('answers'), names)}

## Faults on the wire

At each moment of each connection of a pairing: the first meeting, the one that carries the code, those that prove mTLS. \`waiting\`: the new keys are kept and proved later. Only a word against the certificate (\`mtls-refused\`) costs them. Before the handshake is over the device must not have heard the code.

${groupTable(of('wire'), names)}

## Where the runtimes differ in answers and on the wire

${differenceList(rows, names)}

## Why they differ

${anchors(used)}
`;
}
