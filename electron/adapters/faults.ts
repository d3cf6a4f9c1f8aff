import { app, dialog } from 'electron';
import { diagnose } from '../core/diagnostics/diagnose.ts';
import { toAppError } from '../core/failure.ts';

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
  const onFault = (thrown: unknown) => (started ? report(thrown) : endBrokenStart(thrown));
  process.on('uncaughtException', onFault);
  process.on('unhandledRejection', onFault);
}

/** For a start that failed. The box waits for somebody, so a log or a script is told first. */
export function endBrokenStart(thrown: unknown): void {
  report(thrown);
  dialog.showErrorBox(app.getName(), toAppError(thrown).detail);
  app.exit(1);
}

function report(thrown: unknown): void {
  diagnose({ kind: 'fault', name: thrown instanceof Error ? thrown.name : typeof thrown });
  process.stderr.write(`${app.getName()}: uncaught: ${toAppError(thrown).detail}\n`);
}
