import { z } from 'zod';
import { bridgeSettingsSchema, MOST_ORIGINS, parseOrigins } from '../../../shared/bridge.ts';
import { formatAuthority, parseAddress } from '../../../shared/inputs.ts';
import { LOCKABLE } from '../../../shared/policy.ts';
import { MOST_ROOT_CAS } from '../../../shared/root-ca.ts';
import { settingsSchema } from '../../../shared/settings.ts';
import { UPDATE_MODES } from '../../../shared/updates.ts';
import { isPinHash } from '../access/pin-hash.ts';
import { isFeedUrl } from '../updates/feed.ts';
import { isPosIdPattern } from './pos-id-pattern.ts';

const bridge = bridgeSettingsSchema.shape;
const { language, checkIntervalMinutes, followAddressChanges, notifications, tray } = settingsSchema.shape;
const port = z.int().min(1).max(65535);
/** Longest PEM of one Root CA with its intermediates, or longest path, in UTF-16 code units. */
const ROOT_CA_TEXT_LIMIT = 64 * 1024;

function isHost(text: string): boolean {
  const parsed = parseAddress(text);
  if (!parsed.ok) return false;
  const { host } = parsed.value;
  return [host, `[${host}]`].includes(text.toLowerCase());
}

/** One origin as browsers write it, which is what the bridge compares with. */
function isOrigin(text: string): boolean {
  const parsed = parseOrigins(text);
  return parsed.ok && parsed.value.length === 1 && parsed.value[0] === text;
}

/**
 * What an organisation decides for all of its registers. Keys are flat, so that the file, the Windows registry and a
 * macOS profile name them alike. Unknown keys are refused: a misspelt one would be a setting that nobody gets.
 */
export const policySchema = z.strictObject({
  $schema: z.string().optional().describe('Where this schema is, for editors. The app does not read it.'),
  rootCas: z
    .array(z.string().min(1).max(ROOT_CA_TEXT_LIMIT))
    .max(MOST_ROOT_CAS)
    .optional()
    .describe(
      'Root CAs that are trusted: each the PEM text itself, or the absolute path of a PEM or DER file that only administrators may write.',
    ),
  defaultAddress: z
    .string()
    .refine(isHost, 'must be a host name or an IP address, without a port')
    .optional()
    .describe('Host name or IP address that the pairing form begins with.'),
  defaultPort: port
    .optional()
    .describe('Port of a device whose address is typed without one; 8443 unless given.'),
  posIdPattern: z
    .string()
    .refine(isPosIdPattern, 'must give 1 to 64 characters, with no braces but {hostname} and {hostname:N}')
    .optional()
    .describe(
      'POS ID that the pairing form begins with. {hostname} is the name of the computer up to its first dot, {hostname:4} the last four characters of that.',
    ),
  language: language.optional().describe('Language of the app; "system" follows the computer.'),
  checkIntervalMinutes: checkIntervalMinutes
    .optional()
    .describe('Minutes between two checks of a device, from 5 to 240.'),
  followAddressChanges: followAddressChanges
    .optional()
    .describe('Whether a device that moved to another address is followed once it has proved its identity.'),
  notifications: notifications
    .optional()
    .describe('Whether a notification tells that a device needs attention.'),
  tray: tray.optional().describe('Whether there is an entry in the system tray or menu bar.'),
  bridgePort: bridge.port.unwrap().optional().describe('Port of a new bridge for POS software.'),
  bridgeOrigins: z
    .array(z.string().refine(isOrigin, 'must be an origin such as https://till.example'))
    .max(MOST_ORIGINS)
    .optional()
    .describe('Web origins that a new bridge lets in, such as https://till.example.'),
  bridgeStartWithComputer: z
    .boolean()
    .optional()
    .describe(
      'Whether the app starts with the computer, so that bridges are there; users cannot change it then.',
    ),
  managerPinHash: z
    .string()
    .max(300)
    .refine(isPinHash, 'must be what "pos-pairing policy hash-pin" prints')
    .optional()
    .describe(
      'Hash of the manager PIN, as "pos-pairing policy hash-pin" prints it. Nobody can change this PIN in the app.',
    ),
  locked: z
    .array(z.enum(LOCKABLE))
    .refine((names) => new Set(names).size === names.length, 'names a setting twice')
    .optional()
    .describe(
      'What users cannot change: settings by their names, and "rootCas" for adding and removing Root CAs. A setting that is locked and not given has its default.',
    ),
  allowExport: z
    .boolean()
    .optional()
    .describe(
      'Whether connection kits with the keys of a pairing may be written for POS software; true unless given.',
    ),
  updates: z
    .enum(UPDATE_MODES)
    .optional()
    .describe(
      'How the app updates itself: "off", "manual" (when somebody asks for it) or "automatic" (looks each day; a person installs). Without a feed it does not; "manual" unless given.',
    ),
  updatesFeed: z
    .string()
    .max(2000)
    .refine(isFeedUrl, 'must be an https address without user, query and fragment')
    .optional()
    .describe('Address of the folder with the signed feed of updates; that of the build unless given.'),
});
export type Policy = Readonly<z.infer<typeof policySchema>>;

/** The address the pairing form begins with, as `host:port`; '' without one. */
export const defaultAuthority = ({ defaultAddress, defaultPort }: Policy): string => {
  const parsed = parseAddress(defaultAddress ?? '', defaultPort);
  return parsed.ok ? formatAuthority(parsed.value) : '';
};
