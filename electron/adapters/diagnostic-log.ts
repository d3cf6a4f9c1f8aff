import { randomUUID } from 'node:crypto';
import { chmodSync, lstatSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import log from 'electron-log/node';
import { onDiagnosis } from '../core/diagnostics/diagnose.ts';
import { logLine } from '../core/diagnostics/redact-data.ts';
import { isOwnFolder, makeOwnFolder, OWNER_ONLY, tidyOwnFolder } from '../core/vault/own-files.ts';

const MIB = 1024 * 1024;
/** The one that is written, and the older ones, newest first. */
const FILES = ['connections.jsonl', 'connections.1.jsonl', 'connections.2.jsonl'] as const;
/** A file is closed once it is larger than this, so that the line that makes it so still fits into 1 MiB. */
const ROTATE_BYTES = MIB - 16 * 1024;
/** A longer line would break that promise; there is none but by a fault. */
const MOST_CHARACTERS = 4_000;

export interface DiagnosticLog {
  /** The files that are there, newest first. */
  read(): { readonly name: string; readonly text: string }[];
  /** Ends the writing. */
  close(): void;
}

/** Makes room for a new file: each older one moves by one place, and the oldest goes. Never throws. */
function rotate(folder: string): boolean {
  try {
    for (let at = FILES.length - 1; at > 0; at -= 1) {
      const [from, to] = [join(folder, FILES[at - 1] ?? ''), join(folder, FILES[at] ?? '')];
      // Windows renames over nothing that somebody holds open.
      rmSync(to, { force: true });
      try {
        renameSync(from, to);
      } catch (thrown) {
        // At first there are fewer of them.
        if (at === 1) throw thrown;
      }
    }
    return true;
  } catch {
    return false;
  }
}

/** The file transport alone: in its other ones the library would write to a console, to windows, or to a server. */
function fileLogger(folder: string) {
  const logger = log.create({ logId: `connections-${randomUUID()}` });
  const { console: toConsole, file, ipc, remote } = logger.transports;
  for (const other of [toConsole, ipc, remote]) if (other) other.level = false;
  // What cannot be written is not told either. The library tells it by the transport of its first logger.
  for (const each of [toConsole, log.transports.console]) each.writeFn = () => {};
  file.level = 'info';
  file.resolvePathFn = () => join(folder, FILES[0]);
  file.maxSize = ROTATE_BYTES;
  file.writeOptions = { flag: 'a', mode: OWNER_ONLY.file, encoding: 'utf8' };
  // The line as it is: nothing formats it, and no placeholder in it is filled in.
  file.transforms = [({ message }) => message.data[0]];
  file.archiveLogFn = (current) => {
    // Held by somebody: better no old lines than more of them than is promised.
    if (!rotate(folder)) current.clear();
  };
  return logger;
}

/**
 * Writes every diagnostic event as one redacted line of JSON: `connections.jsonl` and two older files of 1 MiB at most
 * each, for their owner alone. Never throws: a disk that takes nothing costs the log, and nothing else.
 */
export function startDiagnosticLog(folder: string): DiagnosticLog {
  let stop = () => {};
  try {
    makeOwnFolder(folder);
    tidyOwnFolder(folder);
    closeToOthers(folder);
    const logger = fileLogger(folder);
    stop = onDiagnosis((event) => {
      const line = logLine(event);
      if (line.length <= MOST_CHARACTERS) logger.info(line);
    });
  } catch {
    // No folder, or a link in its place, where the app writes nothing.
  }
  return { read: () => readLogs(folder), close: () => stop() };
}

/** Of a file that is there already the library keeps the mode. */
function closeToOthers(folder: string): void {
  if (process.platform === 'win32') return;
  for (const name of ownFilesIn(folder)) chmodSync(join(folder, name), OWNER_ONLY.file);
}

/** Links are left alone, wherever they lead. */
const ownFilesIn = (folder: string): string[] =>
  FILES.filter((name) => lstatSync(join(folder, name), { throwIfNoEntry: false })?.isFile());

/** What cannot be read is left out. */
function readLogs(folder: string): { name: string; text: string }[] {
  try {
    if (!isOwnFolder(folder)) return [];
    return ownFilesIn(folder).flatMap((name) => {
      try {
        return [{ name, text: readFileSync(join(folder, name), 'utf8') }];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}
