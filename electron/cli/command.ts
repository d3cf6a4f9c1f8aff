import type { Core } from '../core/core.ts';
import type { Tell } from '../core/news.ts';
import type { SecretName } from './command-specs.ts';
import type { Exit } from './exit-codes.ts';
import type { Invocation } from './parse.ts';
import type { ApiRequest } from './root-ca-service.ts';

/** What a command works with, in a process of its own or in the app that is open. */
export interface CommandHost {
  readonly core: Core;
  /** Hears of what happens in the core until the returned function is called. */
  readonly hear: (listener: Tell) => () => void;
  /** Asks the vendor's REST service, by the certificates that this computer trusts. */
  readonly askService: ApiRequest;
}

/** Where a command's output goes, and what ends it. */
export interface CommandIo {
  /** The folder that relative paths start from. */
  readonly cwd: string;
  /** Aborted when whoever called has had enough. */
  readonly signal: AbortSignal;
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

/** What came along with the command line. */
export interface Inputs {
  readonly secrets: Readonly<Partial<Record<SecretName, string>>>;
  /** What stood on standard input behind the secrets, where the command reads it. */
  readonly rest: string;
}

export interface CommandContext extends CommandHost {
  readonly invocation: Invocation;
  readonly inputs: Inputs;
  readonly io: CommandIo;
  /** For a command that goes on: the manager PIN allows nothing more from now on. */
  readonly endManager: () => void;
  /** One line for people who watch. */
  readonly progress: (line: string) => void;
}

/** What a command has to say: the document for `--json`, and the same for people. */
export interface Outcome<Document> {
  readonly exit: Exit;
  readonly document: Document;
  readonly text: string;
}
