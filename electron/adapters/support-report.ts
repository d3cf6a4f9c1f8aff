import { homedir } from 'node:os';
import { join } from 'node:path';
import { app, dialog } from 'electron';
import type { AppState } from '../../shared/ipc/app.ts';
import type { Core } from '../core/core.ts';
import { describeNetworks } from '../core/diagnostics/networks.ts';
import { buildSupportReport } from '../core/diagnostics/support-report.ts';
import { texts } from '../desktop/texts.ts';
import type { DiagnosticLog } from './diagnostic-log.ts';
import { writeOwnerFile } from './owner-file.ts';
import { IS_PACKAGED } from './packaged.ts';
import { zipTexts } from './zip.ts';

interface SupportReportParts {
  readonly core: Core;
  readonly log: DiagnosticLog;
  readonly runtime: AppState['runtime'];
}

const twoDigits = (number: number): string => String(number).padStart(2, '0');

/** In the time of this computer, which is the one its user tells. */
const stampOf = (at: Date): string =>
  [
    at.getFullYear(),
    ...[at.getMonth() + 1, at.getDate(), at.getHours(), at.getMinutes()].map(twoDigits),
  ].join('-');

function about(runtime: AppState['runtime'], now: Date): Record<string, string> {
  const { locale, timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return {
    app: app.getVersion(),
    ...runtime,
    builtAt: new Date(__BUILT_AT__).toISOString(),
    packaged: String(IS_PACKAGED),
    systemLanguages: app.getPreferredSystemLanguages().join(', '),
    locale,
    timeZone,
    clock: now.toISOString(),
    /** Minutes that local time is ahead of UTC. */
    utcOffsetMinutes: String(-now.getTimezoneOffset()),
    runningForMinutes: String(Math.round(process.uptime() / 60)),
  };
}

/**
 * Asks where to save the support report and writes it: one ZIP, redacted, for its owner alone. Returns where it is, or
 * null when the user thought better of it. Throws {@link Failure} `storage-failed`.
 */
export async function saveSupportReport({ core, log, runtime }: SupportReportParts): Promise<string | null> {
  const now = new Date();
  const name = `pos-pairing-support-${stampOf(now)}`;
  const { canceled, filePath } = await dialog.showSaveDialog({
    title: texts.t('supportReport.save'),
    defaultPath: join(app.getPath('documents'), `${name}.zip`),
    filters: [{ name: 'ZIP', extensions: ['zip'] }],
  });
  if (canceled || !filePath) return null;
  const files = await buildSupportReport({
    ...(await core.supportFacts()),
    now: now.getTime(),
    about: about(runtime, now),
    networks: describeNetworks(),
    logs: log.read(),
    homeFolder: homedir(),
  });
  await writeOwnerFile(filePath, zipTexts(name, files, now), core);
  return filePath;
}
