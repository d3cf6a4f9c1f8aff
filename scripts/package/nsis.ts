import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Compiles the app's part of the Windows installer with NSIS, which runs anywhere, inside an installer that does
 * nothing else. Throws with what the compiler says; warnings count.
 */
export function compileInstallerPart(part: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'nsis-'));
  try {
    const script = join(folder, 'probe.nsi');
    writeFileSync(
      script,
      `Unicode true
Name probe
OutFile "${join(folder, 'probe.exe')}"
RequestExecutionLevel user
!include LogicLib.nsh
!include "${resolve(part)}"
Function .onInit
  !insertmacro customInit
FunctionEnd
Section
SectionEnd
`,
    );
    const { status, stdout, error } = spawnSync('makensis', ['-V2', '-WX', script], { encoding: 'utf8' });
    if (error) throw error;
    if (status !== 0) throw new Error(`${part} does not compile.\n${stdout}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
