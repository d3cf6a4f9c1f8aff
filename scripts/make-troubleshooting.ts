import { join, resolve } from 'node:path';
import { stateOfError } from '../electron/core/status/state-machine.ts';
import { FINDINGS, type Finding } from '../shared/doctor.ts';
import { appError, ERROR_CATALOGUE, ERROR_CODES, type ErrorCode } from '../shared/errors.ts';
import en from '../shared/locales/en.json' with { type: 'json' };
import {
  type ConnectionState,
  pairingStatusSchema,
  type StatusAction,
  statusAction,
} from '../shared/status.ts';

const WHO = {
  staff: 'Staff',
  manager: 'Manager',
  it: 'IT',
  'business-center': 'Whoever looks after the Business Center',
  support: 'Support',
} as const;
type Who = keyof typeof WHO;

/** By the first digit of the number. */
const WHO_OF_GROUP: Readonly<Record<number, Who>> = {
  1: 'staff',
  2: 'manager',
  3: 'staff',
  4: 'staff',
  5: 'staff',
  6: 'support',
  7: 'it',
  8: 'staff',
  9: 'staff',
};

/** What the others of a group cannot put right. */
const OTHERS: Partial<Record<ErrorCode, Who>> = {
  'manager-needed': 'manager',
  'pin-wrong': 'manager',
  'pin-locked': 'manager',
  'pin-invalid': 'manager',
  'pin-not-set': 'manager',
  'pin-already-set': 'manager',
  'managed-setting': 'it',
  'export-not-allowed': 'it',
  'policy-invalid': 'it',
  'policy-unsafe': 'it',
  'policy-unreadable': 'it',
  'root-ca-has-private-key': 'it',
  'root-ca-bad-signature': 'support',
  'root-ca-weak': 'support',
  'local-network-blocked': 'it',
  'tls-too-old': 'support',
  'device-issuer-unknown': 'it',
  'device-certificate-resigned': 'it',
  'device-not-activated': 'business-center',
  'device-certificate-expired': 'business-center',
  'device-certificate-purpose': 'support',
  'device-certificate-weak': 'support',
  'device-certificate-invalid': 'support',
  'device-identity-missing': 'support',
  'device-identity-ambiguous': 'support',
  'device-other-root-ca': 'manager',
  'answer-too-large': 'support',
  'answer-malformed': 'support',
  'credentials-expired': 'staff',
  'credentials-not-yet-valid': 'staff',
  'storage-locked': 'staff',
  'pin-unreadable': 'manager',
  'export-folder-exists': 'staff',
  'export-folder-denied': 'staff',
  'export-folder-open': 'staff',
  'export-disk-full': 'staff',
  'bridge-port-in-use': 'it',
  'bridge-cannot-listen': 'it',
  'autostart-failed': 'it',
  'invalid-request': 'support',
  internal: 'support',
};

const groupOf = (code: ErrorCode): number => Math.floor(ERROR_CATALOGUE[code].number / 100);
const whoOf = (code: ErrorCode): Who => OTHERS[code] ?? WHO_OF_GROUP[groupOf(code)] ?? 'support';

/** What stands at the field it is about, and is put right there. */
export const isPutRightAtOnce = (code: ErrorCode): boolean =>
  groupOf(code) === 1 && whoOf(code) === 'staff' && !code.startsWith('update-');

/** Findings of the full test that whoever is at the register cannot put right alone. */
const WHO_OF_FINDING: Partial<Record<Finding, Who>> = {
  'other-network': 'it',
  'vpn-in-way': 'it',
  'port-filtered': 'it',
  'clock-or-certificate': 'business-center',
  'stranger-let-in': 'business-center',
  'profile-mandatory': 'it',
  'profile-guest': 'it',
  'profile-memory': 'it',
  'profile-roaming': 'it',
};

const SECTIONS = [
  {
    title: `A pairing stops at “${en.stages.reach}”`,
    groups: [3],
    intro: 'Later a check of the connection may end the same way.',
  },
  {
    title: `A pairing stops at “${en.stages.verify}” or “${en.stages.identify}”`,
    groups: [4],
    intro:
      'The code has not been sent, and is still good. Later a check of the connection may end the same way.',
  },
  { title: `A pairing stops at “${en.stages.send}”`, groups: [5] },
  { title: `A pairing stops at “${en.stages.check}”`, groups: [6], intro: 'The code is used up.' },
  {
    title: `A pairing stops at “${en.stages.store}”, or stored keys do not open`,
    groups: [7],
    intro: 'Which account has the keys, and which accounts lose them: [Rollout](deployment.md#the-account).',
  },
  { title: `A pairing stops at “${en.stages.prove}”, or a check fails there`, groups: [8] },
  { title: 'Loading a Root CA', groups: [2] },
  {
    title: 'Manager PIN, policy, updates',
    groups: [1],
    intro:
      'Errors 101 to 143 that are not here stand at the field they are about, and say what to type in its place.',
  },
  { title: 'Bridge, and anything else', groups: [9] },
] as const satisfies readonly { title: string; groups: readonly number[]; intro?: string }[];

const cell = (text: string): string => text.replace(/\{\{\w+\}\}/g, '…').replaceAll('|', '\\|');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const linkTo = (code: ErrorCode): string => {
  const { number } = ERROR_CATALOGUE[code];
  return `[${number}](errors.md#error-${number})`;
};

const byNumber = (a: ErrorCode, b: ErrorCode) => ERROR_CATALOGUE[a].number - ERROR_CATALOGUE[b].number;

function errorRow(code: ErrorCode): string[] {
  const { title, what, todo } = en.errors[code];
  return [`**${title}**`, linkTo(code), what, todo, WHO[whoOf(code)]];
}

const CALM: ReadonlySet<ConnectionState> = new Set(['unknown', 'checking', 'connected', 'till-connected']);

/** The button it offers; what is tapped on the device stands in the sentence. */
const firstOf = (action: StatusAction | null): string =>
  action && action !== 'connect-device' ? `**${en.actions[action]}**` : '–';

function stateRow(state: ConnectionState): string[] {
  const { label, sentence } = en.status[state];
  const action = statusAction({
    state,
    since: '',
    live: false,
    error: null,
    nextTryAt: null,
    movedTo: null,
    expiry: null,
  });
  const behind = ERROR_CODES.filter((code) => stateOfError(appError(code)) === state).toSorted(byNumber);
  const numbers = state === 'failed' ? 'any other' : behind.map(linkTo).join(', ');
  return [`**${label}**`, sentence, numbers || '–', firstOf(action)];
}

const advice: Readonly<Partial<Record<string, string>>> = en.doctor.advice;

const INTRO = `# Troubleshooting

For support on the phone: from what is on the screen to who can help. The number of an error stands in its **Details for support**; [Error numbers](errors.md) lists them in order. Where the app knows more, such as a serial number, it says so in place of what stands here.

This page is made by \`npm run docs:errors\` from the app’s own texts.

Nothing of it helps? **Full test** on the device’s page (\`pos-pairing doctor\`) looks at everything between register and payment app. **Save support report** in the settings writes a file without codes and keys for whoever goes on from there.`;

/** `docs/troubleshooting.md`, from the error catalogue, the states and the English texts. */
export function troubleshooting(): string {
  const states = pairingStatusSchema.shape.state.options.filter((state) => !CALM.has(state));
  const advised = FINDINGS.filter((finding) => finding in advice);
  const parts = [
    INTRO,
    '## A paired device says',
    table(['On its card', 'What it means', 'Errors behind it', 'First'], states.map(stateRow)),
    ...SECTIONS.flatMap(({ title, groups, ...more }) => {
      const codes = ERROR_CODES.filter(
        (code) => groups.some((group) => group === groupOf(code)) && !isPutRightAtOnce(code),
      );
      return [
        `## ${title}`,
        ...('intro' in more ? [more.intro] : []),
        table(
          ['On the screen', 'Error', 'Cause', 'What to do', 'Who'],
          codes.toSorted(byNumber).map(errorRow),
        ),
      ];
    }),
    '## The full test remarks',
    table(
      ['On the screen', 'What to do', 'Who'],
      advised.map((finding) => [
        `**${en.doctor.findings[finding]}**`,
        advice[finding] ?? '',
        WHO[WHO_OF_FINDING[finding] ?? 'staff'],
      ]),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

export const TROUBLESHOOTING = join(resolve(import.meta.dirname, '..'), 'docs/troubleshooting.md');
