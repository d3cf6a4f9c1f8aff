import { app, dialog } from 'electron';
import { diagnose } from '../core/diagnostics/diagnose.ts';

let started = false;

/** From now on no single fault ends the app: it may be guarding a till. */
export function markStarted(): void {
  started = true;
}

/**
 * What nobody caught. A start that breaks ends the app with a message; later the fault is reported, redacted, and the
 * app goes on.
 */
export function watchForFaults(): void {
  const onFault = (thrown: unknown) => void (started ? report(thrown) : endBrokenStart(thrown));
  process.on('uncaughtException', onFault);
  process.on('unhandledRejection', onFault);
}

/** For a start that failed. The box waits for somebody, so a log or a script is told first. */
export async function endBrokenStart(thrown: unknown): Promise<void> {
  const detail = await report(thrown);
  dialog.showErrorBox(app.getName(), detail);
  app.exit(1);
}

/** Returns what may be told about it. */
async function report(thrown: unknown): Promise<string> {
  const detail = await tellable(thrown);
  diagnose({ kind: 'fault', name: thrown instanceof Error ? thrown.name : typeof thrown });
  process.stderr.write(`${app.getName()}: uncaught: ${detail}\n`);
  return detail;
}

/** Redacted. What does that brings the checks of everything along, which the window need not wait for. */
async function tellable(thrown: unknown): Promise<string> {
  try {
    const { toAppError } = await import('../core/failure.ts');
    return toAppError(thrown).detail;
  } catch {
    return 'a file of the app is missing or damaged';
  }
}
