import type { X509Certificate } from 'node:crypto';
import { parseDeviceName } from '../../../shared/identity.ts';
import { readExtensions } from './certificate.ts';

/** Programs and gateways that inspect TLS, by the names their own CAs carry. */
const RESIGNERS: readonly (readonly [name: string, issuer: RegExp])[] = [
  ['Norton', /\bNorton\b/],
  ['Kaspersky', /\bKaspersky\b/i],
  ['ESET', /\bESET\b/],
  ['Avast', /\bavast\b/i],
  ['AVG', /\bAVG\b/],
  ['Bitdefender', /\bBitdefender\b/i],
  ['Avira', /\bAvira\b/i],
  ['Dr.Web', /\bDr\.?\s?Web\b/i],
  ['G DATA', /\bG ?DATA\b/],
  ['AdGuard', /\bAdGuard\b/i],
  ['Trend Micro', /\bTrend ?Micro\b/i],
  ['McAfee', /\bMcAfee\b/i],
  ['Trellix', /\bTrellix\b/i],
  ['Skyhigh Security', /\bSkyhigh\b/i],
  ['Sophos', /\bSophos\b/i],
  ['Zscaler', /\bZscaler\b/i],
  ['Fortinet', /\bForti(net|Gate|Proxy)/i],
  ['Cisco Umbrella', /\bCisco Umbrella\b|\bOpenDNS\b/i],
  ['Palo Alto Networks', /\bPalo Alto\b/i],
  ['Netskope', /\bNetskope\b|\bgoskope\b/i],
  ['Blue Coat', /\bBlue ?Coat\b/i],
  ['Symantec', /\bSymantec (Web|Proxy|SSL Visibility)/i],
  ['Check Point', /\bCheck ?Point\b/i],
  ['Forcepoint', /\bForcepoint\b|\bWebsense\b/i],
  ['Barracuda', /\bBarracuda\b/i],
  ['WatchGuard', /\bWatchGuard\b|\bFireware\b/i],
  ['SonicWall', /\bSonicWALL\b/i],
  ['Cloudflare Gateway', /\bCloudflare\b.*\bGateway\b|\bGateway CA\b/i],
  ['Fiddler', /Fiddler/i],
  ['mitmproxy', /\bmitmproxy\b/i],
  ['Charles Proxy', /\bCharles Proxy\b/i],
];

/** Issuers of certificates that a terminal carries before its activation. */
const FACTORY = /\bPAX\b|\bAndroid\b|\blocalhost\b/i;

export type ForeignIssuer =
  | { readonly kind: 'resigned'; readonly name: string }
  | { readonly kind: 'factory' };

/**
 * What a chain that does not lead to the Root CA can be told by: whoever inspects TLS on the way, or a certificate
 * from before the activation, which names no device under `seclib.io`. How the latter looks on each model is not
 * known: anything self-signed counts. undefined for all others.
 *
 * @param presented leaf first
 */
export function recogniseForeignIssuer(presented: readonly X509Certificate[]): ForeignIssuer | undefined {
  const [leaf] = presented;
  if (!leaf) return undefined;
  const issuers = presented.map(({ issuer }) => String(issuer));
  const resigner = RESIGNERS.find(([, pattern]) => issuers.some((issuer) => pattern.test(issuer)));
  if (resigner) return { kind: 'resigned', name: resigner[0] };
  if (readExtensions(leaf).dnsNames.some((name) => parseDeviceName(name))) return undefined;
  return leaf.subject === leaf.issuer || FACTORY.test(String(leaf.issuer)) ? { kind: 'factory' } : undefined;
}
