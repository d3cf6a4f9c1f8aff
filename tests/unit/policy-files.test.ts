import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { posixFiles, systemGuard } from '../../electron/core/policy/posix-files.ts';
import { judgeDescriptor } from '../../electron/core/policy/windows-files.ts';

describe.skipIf(process.platform === 'win32')('a file of Linux or macOS', () => {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  let top = '';
  let folder = '';
  let file = '';

  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), 'pos-policy-'));
    folder = join(top, 'etc/pos-pairing');
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    file = join(folder, 'policy.json');
    writeFileSync(file, '{}', { mode: 0o644 });
  });
  afterEach(() => rmSync(top, { recursive: true, force: true }));

  const read = (path = file, guard = {}) =>
    posixFiles({ owners: [uid], groups: [], below: top, ...guard })
      .read(path)
      ?.toString();

  it('is read when only its owner may write it and the folders above', () => {
    expect(read()).toBe('{}');
    expect(read(join(folder, 'other.json'))).toBeUndefined();
    expect(read(join(top, 'nowhere/policy.json'))).toBeUndefined();
  });

  it('is refused when it belongs to somebody else', () => {
    expect(() => read(file, { owners: [uid + 1] })).toThrow(`belongs to user ${uid}`);
  });

  it.skipIf(uid !== 0)('is refused when one folder above belongs to somebody else', () => {
    chownSync(join(top, 'etc'), 4711, gid);
    expect(() => read()).toThrow(`${join(top, 'etc')} belongs to user 4711`);
  });

  it.each([0o646, 0o662, 0o666])('is refused with mode %o', (mode) => {
    chmodSync(file, mode);
    expect(() => read()).toThrow('policy-unsafe');
  });

  it('may be written by a group of administrators', () => {
    chmodSync(file, 0o664);
    expect(() => read()).toThrow(`can be written by the group`);
    expect(read(file, { groups: [gid] })).toBe('{}');
    expect(systemGuard('darwin').groups).toContain(80);
    expect(systemGuard('linux').groups).not.toContain(80);
  });

  it.each(['etc', 'etc/pos-pairing'])('is refused when everybody may write the folder %s', (name) => {
    chmodSync(join(top, name), 0o777);
    expect(() => read()).toThrow(`${join(top, name)} can be written by everybody`);
    // Also where only the sticky bit keeps others from replacing it: they may have made it.
    chmodSync(join(top, name), 0o1777);
    expect(() => read()).toThrow('policy-unsafe');
  });

  it('may be a link, each step of which is judged', () => {
    const real = join(top, 'srv');
    mkdirSync(real, { mode: 0o755 });
    writeFileSync(join(real, 'policy.json'), '{"tray":true}', { mode: 0o644 });
    symlinkSync('../../srv', join(folder, 'away'));
    symlinkSync('away/policy.json', join(folder, 'link.json'));
    expect(read(join(folder, 'link.json'))).toBe('{"tray":true}');
    chmodSync(real, 0o757);
    expect(() => read(join(folder, 'link.json'))).toThrow(`${real} can be written by everybody`);
  });

  it('is not followed in a circle, and is nothing but a file', () => {
    symlinkSync('round.json', join(folder, 'round.json'));
    expect(() => read(join(folder, 'round.json'))).toThrow('policy-unreadable');
    expect(() => read(folder)).toThrow('is not a file');
    writeFileSync(file, Buffer.alloc(1024 * 1024 + 1));
    expect(() => read()).toThrow('policy-unreadable');
  });

  it('is read where the system keeps its own', () => {
    // On macOS /etc is a link.
    expect(read('/etc/passwd', systemGuard(process.platform))).toContain('root');
  });

  it('is refused where the folder of the test would be, by the rule of a whole system', () => {
    // Everybody may write the system's folder for temporary files.
    if (uid === 0) expect(() => read(file, systemGuard('linux'))).toThrow('policy-unsafe');
    else expect(() => read(file, systemGuard('linux'))).toThrow(/belongs to user|written by everybody/);
  });
});

describe('a file of Windows', () => {
  const judge =
    (sddl: string, what: 'file' | 'folder' = 'file') =>
    () =>
      judgeDescriptor(sddl, what, 'C:\\ProgramData\\POS Pairing');
  const SAFE = 'O:BAG:SYD:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)';

  it('is read when only administrators may write it', () => {
    expect(judge(SAFE)).not.toThrow();
    expect(judge(SAFE.replace('O:BA', 'O:SY'))).not.toThrow();
    expect(judge(SAFE.replace('O:BA', 'O:S-1-5-21-1-2-3-500'))).not.toThrow();
    expect(judge('O:SYG:SYD:')).not.toThrow();
  });

  it.each([
    ['a user owns it', SAFE.replace('O:BA', 'O:S-1-5-21-1-2-3-1001')],
    ['nobody is told to own it', SAFE.replace('O:BA', '')],
    ['users may write it', SAFE.replace('0x1200a9', '0x1301bf')],
    ['users may append', SAFE.replace('0x1200a9', '0x1200ad')],
    ['users may do everything', SAFE.replace('0x1200a9', 'FA')],
    ['everybody may write', `${SAFE}(A;;FW;;;WD)`],
    ['one user may change its rights', `${SAFE}(A;;WD;;;S-1-5-21-1-2-3-1001)`],
    ['one user may take it', `${SAFE}(A;;WO;;;S-1-5-21-1-2-3-1001)`],
    ['one user may delete it', `${SAFE}(A;;SD;;;S-1-5-21-1-2-3-1001)`],
    ['generic rights', `${SAFE}(A;;GA;;;AU)`],
    ['rights with a condition', `${SAFE}(XA;;FW;;;WD;(WIN://SYSAPPID))`],
    ['rights that nobody knows', `${SAFE}(A;;ZZ;;;BU)`],
    ['no list at all', 'O:BAG:SY'],
    ['a list that lets everybody in', 'O:BAG:SYD:NO_ACCESS_CONTROL'],
    ['nothing', ''],
  ])('is refused: %s', (_, sddl) => {
    expect(judge(sddl)).toThrow('policy-unsafe');
  });

  it('may deny, and may say what holds for files made later', () => {
    expect(judge(`${SAFE}(D;;FA;;;BU)`)).not.toThrow();
    expect(judge(`${SAFE}(A;OICIIO;FA;;;CO)`, 'folder')).not.toThrow();
    expect(judge(`${SAFE}(A;OICI;FA;;;CO)`, 'folder')).toThrow('policy-unsafe');
  });

  it('may lie in a folder where everybody makes files, as in %ProgramData%, but deletes none', () => {
    const programData =
      'O:SYG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICIIO;GA;;;CO)(A;OICI;0x1200a9;;;BU)(A;CI;DCLCRPCR;;;BU)';
    expect(judge(programData, 'folder')).not.toThrow();
    expect(judge(programData, 'file')).toThrow('policy-unsafe');
    expect(judge(`${programData}(A;CI;DT;;;BU)`, 'folder')).toThrow('policy-unsafe');
    expect(judge(`${programData}(A;CI;SD;;;BU)`, 'folder')).toThrow('policy-unsafe');
  });
});
