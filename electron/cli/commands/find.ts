import type { z } from 'zod';
import { serialOf } from '../../../shared/identity.ts';
import { DEFAULT_PORT, formatAuthority } from '../../../shared/inputs.ts';
import type { SearchProgress } from '../../../shared/search.ts';
import { Failure } from '../../core/failure.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { DOCUMENTS } from '../documents.ts';
import { usageError } from '../exit-codes.ts';
import { optionOf } from '../parse.ts';

/** Searches this computer's own networks. */
export async function find({
  invocation,
  core,
  hear,
  io,
  progress,
}: CommandContext): Promise<Outcome<z.infer<(typeof DOCUMENTS)['find']>>> {
  const offered = core.search.ranges();
  const asked = invocation.values.get('range');
  if (asked?.some((cidr) => !offered.some((range) => range.cidr === cidr)))
    throw usageError(
      `--range must be a network of this computer: ${offered.map(({ cidr }) => cidr).join(', ') || 'there is none'}.`,
    );
  const ranges = asked ? [...asked] : offered.filter(({ virtual }) => !virtual).map(({ cidr }) => cidr);
  let stopHearing = () => {};
  const finished = new Promise<SearchProgress>((resolve, reject) => {
    let searchId: string | undefined;
    let told = -1;
    stopHearing = hear((news) => {
      if (news.type !== 'search-progress' || news.progress.searchId !== searchId) return;
      const { done, total, found, finished: isFinished } = news.progress;
      const tenth = total === 0 ? 10 : Math.floor((10 * done) / total);
      if (tenth !== told) progress(`${done} of ${total} hosts, ${found.length} devices`);
      told = tenth;
      if (isFinished) resolve(news.progress);
    });
    io.signal.addEventListener('abort', () => searchId && core.search.cancel(searchId), { once: true });
    try {
      ({ searchId } = core.search.start(optionOf(invocation, 'port') ?? String(DEFAULT_PORT), ranges));
    } catch (thrown) {
      reject(thrown);
    }
  });
  try {
    const { found, error } = await finished;
    if (error) throw new Failure(error);
    const document = {
      ranges,
      found: found.map(({ address, identity, trustAnchorFingerprint256, responseMs }) => ({
        address: formatAuthority(address),
        serial: serialOf(identity),
        rootCa: trustAnchorFingerprint256,
        responseMs,
      })),
    };
    const lines = document.found.map(
      ({ address, serial }) => `${serial || '(no serial number)'}  ${address}\n`,
    );
    return { exit: 'ok', document, text: lines.join('') || 'No device was found.\n' };
  } finally {
    stopHearing();
  }
}
