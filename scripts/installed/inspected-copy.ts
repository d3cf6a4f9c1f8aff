import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import type { ThrowAwayRoot } from './root.ts';

const COPY = '/opt/inspected';
const RENAMED = '/opt/renamed';

/** A copy of the installed program that differs in its name alone. Returns its executable, inside. */
export function makeRenamedCopy(root: ThrowAwayRoot, program: string, name: string): string {
  const at = program.lastIndexOf('/');
  root.run(['cp', '-a', '--link', program.slice(0, at), RENAMED]);
  root.run(['mv', `${RENAMED}${program.slice(at)}`, `${RENAMED}/${name}`]);
  return `${RENAMED}/${name}`;
}

/**
 * A copy of the installed program that differs in one fuse: it listens for a debugger when it is told to. All else is
 * the program itself, packaged and with its other fuses as they are. Returns its executable, inside.
 */
export async function makeInspectedCopy(root: ThrowAwayRoot, program: string): Promise<string> {
  const folder = program.slice(0, program.lastIndexOf('/'));
  const executable = `${COPY}${program.slice(folder.length)}`;
  // The files are the same ones, but for that which is changed.
  root.run(['cp', '-a', '--link', folder, COPY]);
  root.run(['cp', '-a', '--remove-destination', program, executable]);
  await flipFuses(root.path(executable), {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
  return executable;
}
