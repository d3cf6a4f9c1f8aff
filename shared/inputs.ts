import { z } from 'zod';
import type { SetupCode } from './brands.ts';
import { appError } from './errors.ts';
import { DNS_LABEL, parseDeviceName } from './identity.ts';
import { err, ok, type Result } from './result.ts';

/** How the pairing request travels; both reach the same port of the device. */
export const TRANSPORTS = ['wss', 'https'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export const DEFAULT_PORT = 8443;
export const CODE_LENGTH = 8;
/** Seconds a connection code stays good on the device (vendor page "Generate a POS Connection Code"). */
export const CODE_LIFETIME_S = 300;
const POS_ID_MAX_LENGTH = 64;

export const deviceAddressSchema = z.object({
  /** IPv4, IPv6 without brackets, or host name, lower case. */
  host: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65535),
});
export type DeviceAddress = z.infer<typeof deviceAddressSchema>;

export interface ParsedAddress extends DeviceAddress {
  /** What the text's scheme asks for; undefined when it names none or both. */
  readonly transport: Transport | undefined;
}

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;
/** An unbracketed IPv6 address is unambiguous as long as no port follows it. */
const BARE_IPV6 = /^[0-9a-f:.]+$/i;
/** Longest text that is read as an address, in UTF-16 code units: the device's own line with two host names. */
const ADDRESS_TEXT_LIMIT = 600;
/** RFC 1035 section 2.3.4, as text without the final dot. */
const HOST_LIMIT = 253;

function parseOneAddress(text: string, defaultPort: number): Result<ParsedAddress> {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'http' || scheme === 'ws')
    return err(appError('address-insecure', '', { params: { scheme } }));
  if (scheme !== undefined && scheme !== 'https' && scheme !== 'wss') {
    return err(appError('address-invalid', `unknown scheme ${scheme}`));
  }
  const rest = text.replace(SCHEME, '').replace(/\/+$/, '');
  if (/[/\\?#@]/.test(rest)) return err(appError('address-invalid', 'only host and port are allowed'));
  const port = /^(?:\[[^\]]*\]|[^:[\]]*):([^:]*)$/.exec(rest)?.[1];
  if (port !== undefined && (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535)) {
    return err(appError('address-port-invalid', '', { params: { port } }));
  }
  let url: URL;
  try {
    const isBareIPv6 = BARE_IPV6.test(rest) && rest.indexOf(':') !== rest.lastIndexOf(':');
    url = new URL(`https://${isBareIPv6 ? `[${rest}]` : rest}`);
  } catch {
    return err(appError('address-invalid', 'not a host and port'));
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const typedHost = rest.replace(/:\d+$/, '').toLowerCase();
  const isIPv6 = url.hostname.startsWith('[');
  // The URL standard reads "192.168.1" and "8443" as IPv4 addresses; staff who type that made a mistake.
  if (!isIPv6 && IPV4.test(host) && host !== typedHost)
    return err(appError('address-invalid', 'incomplete IPv4 address'));
  if (
    !isIPv6 &&
    !IPV4.test(host) &&
    !host
      .replace(/\.$/, '')
      .split('.')
      .every((label) => DNS_LABEL.test(label))
  ) {
    return err(appError('address-invalid', 'not a host name'));
  }
  if (host.length > HOST_LIMIT) return err(appError('address-invalid', `${host.length} characters`));
  return ok({ host, port: port === undefined ? defaultPort : Number(port), transport: scheme });
}

const isTooLong = (text: string): boolean => text.length > ADDRESS_TEXT_LIMIT;

/**
 * Reads a device address as staff type or paste it: `host`, `host:port`, `https://…`, `wss://…`, IPv6 in
 * brackets, or the device's own line `https://192.168.178.67:8443 OR wss://192.168.178.67:8443`. Without a port it
 * has `defaultPort`.
 * Errors: address-empty, address-invalid, address-port-invalid, address-insecure, address-ambiguous.
 */
export function parseAddress(text: string, defaultPort = DEFAULT_PORT): Result<ParsedAddress> {
  const plain = isTooLong(text) ? text : text.normalize('NFKC').replace(/[\u200b-\u200d\u2060\ufeff]/g, '');
  // Also afterwards: one character may become eighteen.
  if (isTooLong(plain)) return err(appError('address-invalid', `${plain.length} characters`));
  const parts = plain.split(/[\s,;|]+/).filter((part) => part !== '' && !/^or$/i.test(part));
  if (parts.length === 0) return err(appError('address-empty'));
  let found: ParsedAddress | undefined;
  for (const part of parts) {
    const parsed = parseOneAddress(part, defaultPort);
    if (!parsed.ok) return parsed;
    if (found && (found.host !== parsed.value.host || found.port !== parsed.value.port)) {
      return err(appError('address-ambiguous', 'the text names more than one device'));
    }
    found = found
      ? { ...found, transport: found.transport === parsed.value.transport ? found.transport : undefined }
      : parsed.value;
  }
  return found ? ok(found) : err(appError('address-empty'));
}

/** `host:port` with IPv6 in brackets (RFC 3986 authority). */
export const formatAuthority = ({ host, port }: DeviceAddress): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Characters of a connection code as typed or pasted: upper case, blanks and dashes dropped. */
export const normalizeCode = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\s\p{Pd}\p{Cf}_]/gu, '')
    .toUpperCase();

/** Reads a connection code such as `8QW1YS1D`. Errors: code-empty, code-characters, code-length. */
export function parseCode(text: string): Result<SetupCode> {
  const code = normalizeCode(text);
  if (code === '') return err(appError('code-empty'));
  if (!/^[A-Z0-9]+$/.test(code)) return err(appError('code-characters'));
  if (code.length !== CODE_LENGTH) {
    return err(appError('code-length', '', { params: { length: String(code.length) } }));
  }
  return ok(code as SetupCode);
}

/** Reads a POS ID: 1 to 64 printable characters. Errors: pos-id-empty, pos-id-too-long, pos-id-characters. */
export function parsePosId(text: string): Result<string> {
  const posId = text.normalize('NFC').trim();
  if (posId === '') return err(appError('pos-id-empty'));
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(posId)) return err(appError('pos-id-characters'));
  if ([...posId].length > POS_ID_MAX_LENGTH) return err(appError('pos-id-too-long'));
  return ok(posId);
}

/** Reads a pairing's friendly name: like a POS ID, but it may be empty. */
export const parsePairingName = (text: string): Result<string> =>
  text.trim() === '' ? ok('') : parsePosId(text);

/** Reads a TCP port typed on its own. Error: address-port-invalid. */
export function parsePort(text: string): Result<number> {
  const port = text.normalize('NFKC').trim();
  if (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535) return ok(Number(port));
  return err(appError('address-port-invalid', '', { params: { port: port.slice(0, 20) } }));
}

/** A usable POS ID from this computer's host name, or '' when it has none. */
export function suggestPosId(hostName: string): string {
  const short = hostName.split('.')[0] ?? '';
  const parsed = parsePosId([...short.replace(/[\p{C}]/gu, '')].slice(0, POS_ID_MAX_LENGTH).join(''));
  return parsed.ok ? parsed.value : '';
}

/** A device's serial number as a person states it. */
export interface StatedSerial {
  /** '' when none was given. */
  readonly serial: string;
  /** The whole DNS name, lower case, when it was given. */
  readonly name?: string;
}

/** Longest text that is read as a serial number or as the name in a certificate, in UTF-16 code units. */
const SERIAL_TEXT_LIMIT = 300;

/**
 * Reads a device serial number, alone or as the certificate's whole name `{serial}.{brand}.seclib.io`. The serial
 * is one DNS label (vendor page "Implementing Hostname Validation"). Error: serial-invalid.
 */
export function parseSerial(text: string): Result<StatedSerial> {
  if (text.length > SERIAL_TEXT_LIMIT) return err(appError('serial-invalid'));
  const stated = text.normalize('NFKC').replace(/[\s\p{Cf}]/gu, '');
  const name = stated.toLowerCase();
  if (stated === '' || (DNS_LABEL.test(name) && !name.startsWith('xn--'))) return ok({ serial: stated });
  const parsed = parseDeviceName(name);
  return parsed
    ? ok({ serial: stated.slice(0, parsed.serial.length), name })
    : err(appError('serial-invalid'));
}
