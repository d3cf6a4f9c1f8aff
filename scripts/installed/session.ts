import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { z } from 'zod';
import type { ThrowAwayRoot } from './root.ts';

const SCREEN_READER = resolve(import.meta.dirname, 'screen-reader.py');
/**
 * A desktop as a user has one: a display, a session bus, an unlocked keyring, and assistive technology. What its
 * services print is kept apart from the answers.
 */
const SESSION = `exec 9>&1 >&2
export XDG_RUNTIME_DIR=$(mktemp -d) XDG_CURRENT_DESKTOP=GNOME GNOME_ACCESSIBILITY=1
exec xvfb-run -a -s "-screen 0 1280x800x24 -nolisten tcp" dbus-run-session -- sh -c '
printf throwaway | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec /usr/bin/python3 "$0"' "$0"`;

const answerSchema = z.union([z.object({ value: z.unknown() }), z.object({ error: z.string() })]);

const programEndSchema = z.object({ status: z.number(), out: z.string(), err: z.string() });
/** How a program ended, and what it has written. */
export type ProgramEnd = z.infer<typeof programEndSchema>;

/** What an element is for assistive technology. */
export type Role = 'push button' | 'heading' | 'entry' | 'link' | 'check box';

/** An ordinary user at the desktop of a throw-away system, who uses it by keyboard and screen reader. */
export class DesktopSession {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  #printed = '';

  constructor(root: ThrowAwayRoot, user: string) {
    const [command, ...args] = root.command(['sh', '-c', SESSION, root.put(SCREEN_READER)], user);
    this.#process = spawn(command, args, { stdio: 'pipe' });
    this.#process.stderr.on('data', (data: Buffer) => {
      this.#printed += data.toString();
    });
    this.#reader = createInterface({ input: this.#process.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  async #do<T>(schema: z.ZodType<T>, deed: string, details: Record<string, unknown> = {}): Promise<T> {
    this.#process.stdin.write(`${JSON.stringify({ do: deed, ...details })}\n`);
    const { value: line, done } = await this.#lines.next();
    if (done) throw new Error('The desktop session has ended.');
    const answer = answerSchema.parse(JSON.parse(line));
    if ('error' in answer) throw new Error(answer.error);
    return schema.parse(answer.value);
  }

  /** Starts a program; returns its process id inside. */
  start = (command: readonly string[], env: Record<string, string> = {}): Promise<number> =>
    this.#do(z.number(), 'start', { command, env });

  /** Runs a program without a window to its end, in the environment of the session but for some variables. */
  run = (command: readonly string[], input: string, without: readonly string[]): Promise<ProgramEnd> =>
    this.#do(programEndSchema, 'run', { command, text: input, without });

  /** What a started program has printed. */
  output = (pid: number): Promise<string> => this.#do(z.string(), 'output', { pid });

  /** The exit status of a started program, once it has ended. */
  wait = (pid: number): Promise<number> => this.#do(z.number(), 'wait', { pid });

  /** Asks a started program to end; returns its exit status. */
  stop = (pid: number): Promise<number> => this.#do(z.number(), 'stop', { pid });

  /** Gives the keyboard to the window with this text in its title; returns the title. */
  takeWindow = (title: string): Promise<string> => this.#do(z.string(), 'take-window', { title });

  /** The name of the first element of this role with this text in its name, once there is one. */
  find = (role: Role, name: string): Promise<string> =>
    this.#do(z.string(), 'find', { role, name, part: true });

  /** All that the screen says. */
  seen = (): Promise<string> => this.#do(z.string(), 'seen');

  /** Presses a key, by its X name, in the window that has the keyboard. */
  key = (name: string): Promise<unknown> => this.#do(z.unknown(), 'key', { name });

  press = (role: Role, name: string, key = 'Return'): Promise<unknown> =>
    this.#do(z.unknown(), 'press', { role, name, key });

  type = (role: Role, name: string, text: string): Promise<unknown> =>
    this.#do(z.unknown(), 'type', { role, name, text });

  /** Puts a text in by way of the clipboard. */
  paste = (role: Role, name: string, text: string): Promise<unknown> =>
    this.#do(z.unknown(), 'paste', { role, name, text });

  /** What the session’s programs have complained about, and what is on the screen. */
  async complaints(): Promise<string> {
    const seen = await this.seen().catch(String);
    return `${this.#printed}\nOn the screen: ${seen}`;
  }

  close(): void {
    this.#process.stdin.end();
    this.#reader.close();
  }
}
