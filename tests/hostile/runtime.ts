import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { FromRegister, Job, Outcome } from './job.ts';

/** A register in a process of its own, so that each version of Node with its TLS can be tried from this one. */
export class Runtime {
  readonly name: string;
  /** What nobody caught, in words. */
  readonly uncaught: string[] = [];
  version = '';
  isBoringSsl = false;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (outcome: Outcome | Error) => void>();
  #next = 0;

  private constructor(name: string, process: ChildProcess, onReady: (ready: Error | undefined) => void) {
    this.name = name;
    this.#process = process;
    process.on('message', (word: FromRegister) => {
      switch (word.kind) {
        case 'ready':
          this.isBoringSsl = word.tls === '0.0.0';
          this.version = `Node ${word.node}, ${this.isBoringSsl ? 'BoringSSL' : `OpenSSL ${word.tls}`}`;
          return onReady(undefined);
        case 'outcome':
          this.#waiting.get(word.id)?.(word.outcome);
          this.#waiting.delete(word.id);
          return;
        case 'uncaught':
          this.uncaught.push(word.words);
      }
    });
    process.on('exit', (code, signal) => {
      const gone = new Error(`the register in ${name} has ended: ${signal ?? code}`);
      onReady(gone);
      for (const settle of this.#waiting.values()) settle(gone);
      this.#waiting.clear();
    });
  }

  /**
   * @param executable of Node, or of Electron
   * @param systemRootFile a PEM file that becomes part of Node's own store
   */
  static start(name: string, executable: string, systemRootFile: string): Promise<Runtime> {
    return new Promise((resolve, reject) => {
      const child = fork(join(import.meta.dirname, 'register.ts'), {
        execPath: executable,
        execArgv: ['--import', 'tsx'],
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_EXTRA_CA_CERTS: systemRootFile },
      });
      const runtime = new Runtime(name, child, (problem) => (problem ? reject(problem) : resolve(runtime)));
    });
  }

  /** Rejects when the process ends, or when nothing has come for `limitMs` milliseconds. */
  pair(job: Job, limitMs: number): Promise<Outcome> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Error(`no end within ${limitMs} ms`));
      }, limitMs);
      this.#waiting.set(id, (outcome) => {
        clearTimeout(timer);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      });
      this.#process.send({ id, job });
    });
  }

  /** Ends the process. */
  stop(): void {
    this.#process.disconnect();
  }
}
