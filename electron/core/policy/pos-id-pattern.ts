import { parsePosId, suggestPosId } from '../../../shared/inputs.ts';

/** `{hostname}`, or with the number of its last characters `{hostname:4}`. */
const PLACEHOLDER = /\{hostname(?::([1-9]\d?))?\}/g;

function fill(pattern: string, hostName: string): string {
  const short = suggestPosId(hostName);
  return pattern.replace(PLACEHOLDER, (_whole, count?: string) =>
    count === undefined ? short : [...short].slice(-Number(count)).join(''),
  );
}

/** Whether the pattern could give a POS ID: no other placeholder, and nothing that a POS ID cannot have. */
export const isPosIdPattern = (pattern: string): boolean =>
  !/[{}]/.test(pattern.replace(PLACEHOLDER, '')) && parsePosId(fill(pattern, 'x')).ok;

/** The POS ID that a pattern gives on the computer of this name; '' when that is none. */
export function posIdFrom(pattern: string, hostName: string): string {
  const parsed = parsePosId(fill(pattern, hostName));
  return parsed.ok ? parsed.value : '';
}
