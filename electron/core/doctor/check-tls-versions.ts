import { openConnection, type Trust } from '../device/connection.ts';
import { withDeadline } from '../device/deadline.ts';
import { probeHello } from '../device/hello-probe.ts';
import { failure, toAppError } from '../failure.ts';
import { byError, notRun, ok } from './verdict.ts';
import type { Check, Visit } from './visit.ts';

const VERSIONS = [
  ['TLSv1.3', 'TLS 1.3'],
  ['TLSv1.2', 'TLS 1.2'],
] as const;
type Version = (typeof VERSIONS)[number][0];

/** Whether the device agrees on this version; what it thinks of this register afterwards does not matter. */
async function speaks(version: Version, visit: Visit, trust: Trust, signal: AbortSignal): Promise<boolean> {
  const { address, context } = visit;
  let agreed = false;
  try {
    const { socket } = await openConnection({
      address,
      trust,
      tlsVersion: version,
      signal: withDeadline(signal, context.timing.connectMs),
      onServerHello: () => {
        agreed = true;
      },
    });
    socket.destroy();
    return true;
  } catch (thrown) {
    if (signal.aborted || toAppError(thrown).code === 'internal') throw thrown;
    return agreed;
  }
}

export const checkTlsVersions: Check = {
  name: 'tls-versions',
  needs: ['speaks'],
  run: async (visit, signal) => {
    const { trust } = visit;
    if (!trust) return notRun({ reason: 'no-root-ca' });
    const offered: string[] = [];
    for (const [version, name] of VERSIONS) {
      if (await speaks(version, visit, trust, signal)) offered.push(name);
    }
    if (offered.length > 0) return ok('versions', { versions: offered.join(', ') });
    const said = await probeHello(visit.address, signal);
    return byError(
      'failed',
      failure('tls-too-old', `neither TLS 1.3 nor 1.2; in answer to an outdated ClientHello: ${said}`)
        .appError,
    );
  },
};
