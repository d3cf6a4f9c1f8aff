import type { FromRegister, ToRegister } from './job.ts';
import { pairOnce } from './pair-once.ts';

/** A process that pairs as it is told: the app's core in the Node whose TLS is to be tried. */

const tell = (word: FromRegister): void => {
  process.send?.(word);
};

process.on('uncaughtException', (error) => tell({ kind: 'uncaught', words: String(error.stack) }));
process.on('unhandledRejection', (reason) =>
  tell({ kind: 'uncaught', words: reason instanceof Error ? String(reason.stack) : String(reason) }),
);
process.on('disconnect', () => process.exit(0));
process.on('message', ({ id, job }: ToRegister) => {
  void pairOnce(job).then((outcome) => tell({ kind: 'outcome', id, outcome }));
});
tell({ kind: 'ready', node: process.versions.node, tls: process.versions.openssl });
