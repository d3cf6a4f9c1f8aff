import { strToU8, zipSync } from 'fflate';

export interface TextFile {
  /** With `/` between folders. */
  readonly name: string;
  readonly text: string;
}

/** A ZIP archive of texts in UTF-8, all of one folder. */
export function zipTexts(folder: string, files: readonly TextFile[], mtime: Date): Uint8Array {
  return zipSync(Object.fromEntries(files.map(({ name, text }) => [`${folder}/${name}`, strToU8(text)])), {
    mtime,
  });
}
