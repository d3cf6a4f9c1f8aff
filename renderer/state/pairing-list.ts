import { identityText } from '../../shared/identity.ts';
import { formatAuthority } from '../../shared/inputs.ts';
import { type ConnectionCheck, nameOf, type PairingRecord } from '../../shared/pairing.ts';
import { needsAttention, type PairingStatus } from '../../shared/status.ts';
import type { ReadyMirror } from './mirror.ts';

const DAY_MS = 86_400_000;

/** How many devices are shown at once; the others are on further pages. */
const PAGE_SIZE = 20;
/** From more devices than this on, there is a search box. */
export const SEARCH_ABOVE = 8;

/** What the renderer knows of the connections. */
type Known = Pick<ReadyMirror, 'app' | 'steady'>;

/** The status to show: while a check runs, the one before it, so that nothing flickers. */
export function shownStatus({ app, steady }: Known, { id, pairedAt }: PairingRecord): PairingStatus {
  const status = app.statuses[id];
  if (!status) {
    return {
      state: 'unknown',
      since: pairedAt,
      live: false,
      error: null,
      nextTryAt: null,
      movedTo: null,
      expiry: null,
    };
  }
  const before = steady[id];
  if (status.state !== 'checking' || !before || before.state === 'unknown') return status;
  return { ...status, state: before.state, since: before.since, error: before.error };
}

const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** Whether every word of `query` is in the name, POS ID, serial number or address; case and accents do not count. */
export function matches(pairing: PairingRecord, query: string): boolean {
  const { name, posId, identity, address } = pairing;
  if (query.trim() === '') return true;
  const text = folded([name, posId, identityText(identity), formatAuthority(address)].join('\n'));
  return folded(query)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** By name as people count: "Register 2" before "Register 10". The order does not depend on any status. */
export function byName(pairings: readonly PairingRecord[], language: string): PairingRecord[] {
  const { compare } = new Intl.Collator(language, { numeric: true, sensitivity: 'base' });
  return [...pairings].sort((a, b) => compare(nameOf(a), nameOf(b)) || a.id.localeCompare(b.id));
}

/** When the first of the two certificates of a pairing expires (ISO 8601). */
export const certificateEnd = ({ clientCertificate, deviceCertificate }: PairingRecord): string =>
  [clientCertificate.validTo, deviceCertificate.validTo].toSorted()[0] ?? '';

/** What expires first comes first; by name where that is the same. */
export function byCertificateEnd(pairings: readonly PairingRecord[], language: string): PairingRecord[] {
  return byName(pairings, language).sort((a, b) => certificateEnd(a).localeCompare(certificateEnd(b)));
}

/** What a check showed. A quiet one shows that the device answers, not that it would turn a stranger away. */
export const resultOf = (check: ConnectionCheck): ConnectionCheck['result'] | 'answered' =>
  'depth' in check && check.depth === 'quiet' && check.result === 'mtls' ? 'answered' : check.result;

export interface Overview {
  /** Pairings somebody should look at. */
  readonly attention: ReadonlySet<string>;
  /** True when every single one is known to be connected. */
  readonly allWell: boolean;
}

export function overviewOf(known: Known, pairings: readonly PairingRecord[]): Overview {
  const attention = new Set<string>();
  let allWell = true;
  for (const pairing of pairings) {
    const status = shownStatus(known, pairing);
    if (needsAttention(status)) attention.add(pairing.id);
    if (status.state !== 'connected') allWell = false;
  }
  return { attention, allWell: allWell && attention.size === 0 };
}

export interface Page<T> {
  readonly entries: readonly T[];
  /** Counted from 0, and never beyond the last page. */
  readonly index: number;
  readonly last: number;
  /** Numbers of its first and last entry, counted from 1. */
  readonly from: number;
  readonly to: number;
}

export function pageOf<T>(all: readonly T[], wanted: number): Page<T> {
  const last = Math.max(0, Math.ceil(all.length / PAGE_SIZE) - 1);
  const index = Math.min(Math.max(0, wanted), last);
  const entries = all.slice(index * PAGE_SIZE, (index + 1) * PAGE_SIZE);
  return { entries, index, last, from: index * PAGE_SIZE + 1, to: index * PAGE_SIZE + entries.length };
}

/** Days until `date` (ISO 8601), rounded up; 0 or less once it is past. */
export const daysUntil = (date: string, now: number): number => Math.ceil((Date.parse(date) - now) / DAY_MS);
