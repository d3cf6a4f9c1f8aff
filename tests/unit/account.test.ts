import { describe, expect, it } from 'vitest';
import { type AccountSource, OwnAccount } from '../../electron/core/account/account.ts';
import { judgeProfile, type ProfileFacts } from '../../electron/core/account/profile.ts';
import { whySealed } from '../../electron/core/account/why-sealed.ts';
import { windowsProfile } from '../../electron/core/account/windows-profile.ts';
import { judgeAccount } from '../../electron/core/doctor/check-account.ts';
import { type Account, accountName, sameUser } from '../../shared/account.ts';
import { accountSource, IN_MEMORY, TEST_ACCOUNT } from '../support/account.ts';

const account = (change: Partial<Account> = {}): Account => ({ ...TEST_ACCOUNT, ...change });

describe('an account', () => {
  it.each([
    [account(), 'kasse1'],
    [account({ domain: 'SHOP' }), 'SHOP\\kasse1'],
    // Windows names the computer as the domain of its own accounts, in capital letters and cut to 15 of them.
    [account({ domain: 'REGISTER-1', computer: 'register-1.shop.example' }), 'kasse1'],
    [account({ domain: 'REGISTER-BAR-NO', computer: 'register-bar-north' }), 'kasse1'],
  ])('%# is called as people know it', (who, name) => {
    expect(accountName(who)).toBe(name);
  });

  it.each([
    [{ user: 'KASSE1' }, true],
    [{ user: 'kasse2' }, false],
    [{ domain: 'REGISTER-1' }, true],
    [{ domain: 'SHOP' }, false],
  ])('is the same one, %o: %s', (change, isSame) => {
    expect(sameUser(account(), account(change))).toBe(isSame);
  });
});

describe('keys that do not open', () => {
  it.each([
    [account(), account(), 'keys-lost'],
    [account(), account({ user: 'manager' }), 'keys-of-other-account'],
    [account({ domain: 'SHOP' }), account({ domain: 'OFFICE' }), 'keys-of-other-account'],
    [account(), account({ computer: 'REGISTER-2' }), 'keys-of-other-computer'],
    [account(), account({ user: 'manager', computer: 'REGISTER-2' }), 'keys-of-other-account'],
    // A network adds what it likes.
    [
      account({ computer: 'register-1.local' }),
      account({ computer: 'register-1.shop.example' }),
      'keys-lost',
    ],
    [undefined, account(), 'storage-undecryptable'],
    [account(), undefined, 'storage-undecryptable'],
  ])('%#: %o read by %o', (owner, own, code) => {
    expect(whySealed(owner, own).code).toBe(code);
  });

  it('name both accounts and both computers', () => {
    expect(whySealed(account(), account({ user: 'manager', computer: 'REGISTER-2' })).params).toEqual({
      owner: 'kasse1',
      ownerComputer: 'REGISTER-1',
      account: 'manager',
      computer: 'REGISTER-2',
    });
  });
});

const windows = (change: object = {}): ProfileFacts => ({
  platform: 'windows',
  user: 'kasse1',
  folder: 'C:\\Users\\kasse1',
  hasMandatoryRegistry: false,
  sid: 'S-1-5-21-1004336348-1177238915-682003330-1001',
  state: 0x0100,
  centralProfile: '',
  ...change,
});
const linux = (change: object = {}): ProfileFacts => ({
  platform: 'linux',
  user: 'kasse1',
  folder: '/home/kasse1',
  fileSystem: 0xef53,
  ...change,
});

describe('a profile', () => {
  it.each([
    ['an ordinary one', windows(), null],
    ['an ordinary one whose state is unknown', windows({ sid: '', state: 0 }), null],
    ['a temporary one by its state', windows({ state: 0x0804 }), 'temporary'],
    ['a temporary one by its folder', windows({ folder: 'C:\\Users\\TEMP' }), 'temporary'],
    ['a temporary one beside others', windows({ folder: 'C:\\Users\\TEMP.SHOP.000' }), 'temporary'],
    ['that of somebody called Temp', windows({ user: 'temp', folder: 'C:\\Users\\temp' }), null],
    ['a mandatory one by its state', windows({ state: 0x0005 }), 'mandatory'],
    ['a mandatory one by its registry', windows({ hasMandatoryRegistry: true }), 'mandatory'],
    [
      'a mandatory one that the network keeps',
      windows({ state: 1, centralProfile: '\\\\files\\kiosk.V6' }),
      'mandatory',
    ],
    ['a roaming one', windows({ centralProfile: '\\\\files\\profiles\\kasse1.V6' }), 'roaming'],
    ['of a member of Guests', windows({ state: 0x0080 }), 'guest'],
    [
      'of the guest, whatever it is called',
      windows({ user: 'Gast', sid: 'S-1-5-21-1004336348-1177238915-682003330-501' }),
      'guest',
    ],
    ['of Windows Sandbox', windows({ user: 'WDAGUtilityAccount', sid: '' }), 'guest'],
    ['of the guest of macOS', { platform: 'macos', folder: '/Users/Guest', uid: 201 }, 'guest'],
    ['an ordinary one on macOS', { platform: 'macos', folder: '/Users/kasse1', uid: 501 }, null],
    ['an ordinary one on Linux', linux(), null],
    ['one in memory', linux({ fileSystem: IN_MEMORY }), 'memory'],
    ['of a guest session', linux({ user: 'guest-x7k2p9', fileSystem: IN_MEMORY }), 'guest'],
    ['of somebody called guest-bar', linux({ user: 'guest-bar' }), null],
  ] satisfies [string, ProfileFacts, string | null][])('%s', (_what, facts, risk) => {
    expect(judgeProfile(facts)).toBe(risk);
  });
});

describe('what Windows tells of a profile', () => {
  const SID = 'S-1-5-21-1004336348-1177238915-682003330-1103';
  const answers: Readonly<Record<string, string>> = {
    'C:\\Windows\\System32\\whoami.exe /user /fo csv /nh': `"shop\\kasse1","${SID}"\r\n`,
    [`C:\\Windows\\System32\\reg.exe query HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\${SID} /reg:64`]:
      [
        '',
        `HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\${SID}`,
        '    CentralProfile    REG_SZ    \\\\files\\profiles\\kasse 1.V6',
        '    ProfileImagePath    REG_EXPAND_SZ    C:\\Users\\kasse1',
        '    Flags    REG_DWORD    0x0',
        '    State    REG_DWORD    0x21c',
        '    Sid    REG_BINARY    010500000000000515000000',
        '',
      ].join('\r\n'),
  };
  const ask = (run: (words: string) => string, exists = false) =>
    windowsProfile(
      'kasse1',
      'C:\\Users\\kasse1',
      'C:\\Windows',
      async (program, args) => run([program, ...args].join(' ')),
      (file) => exists && file === 'C:\\Users\\kasse1\\ntuser.man',
    );

  it('is read from the registry by the security identifier', async () => {
    const facts = await ask((words) => answers[words] ?? '');
    expect(facts).toMatchObject({
      sid: SID,
      state: 0x21c,
      centralProfile: '\\\\files\\profiles\\kasse 1.V6',
      hasMandatoryRegistry: false,
    });
    expect(judgeProfile(facts)).toBe('roaming');
  });

  it('is nothing when its programs do not answer, and the file still tells', async () => {
    expect(judgeProfile(await ask(() => ''))).toBeNull();
    expect(judgeProfile(await ask(() => '', true))).toBe('mandatory');
  });
});

describe('the account of the app', () => {
  it('is asked about once', async () => {
    let asked = 0;
    const source: AccountSource = {
      account: TEST_ACCOUNT,
      profile: async () => {
        asked += 1;
        return linux({ fileSystem: IN_MEMORY });
      },
    };
    const own = new OwnAccount(source);
    expect(await Promise.all([own.view(), own.view()])).toEqual([
      { account: TEST_ACCOUNT, risk: 'memory' },
      { account: TEST_ACCOUNT, risk: 'memory' },
    ]);
    expect(asked).toBe(1);
  });

  it('warns of nothing that cannot be found out', async () => {
    const broken = { ...accountSource(), profile: () => Promise.reject(new Error('EACCES')) };
    expect(await new OwnAccount(broken).view()).toEqual({ account: TEST_ACCOUNT, risk: null });
    expect(await new OwnAccount(undefined).view()).toEqual({ account: null, risk: null });
  });

  it.each([
    [null, true, 'ok', 'keys-open'],
    [null, false, 'ok', 'keys-to-be'],
    ['mandatory', true, 'warning', 'profile-mandatory'],
    ['roaming', false, 'warning', 'profile-roaming'],
  ] as const)('in a full test, with the risk %s: %s %s', (risk, isPaired, state, finding) => {
    expect(judgeAccount({ account: TEST_ACCOUNT, risk }, isPaired)).toEqual({
      state,
      told: { by: 'finding', finding, values: { account: 'kasse1' } },
    });
  });
});
