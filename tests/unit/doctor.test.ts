import { describe, expect, it } from 'vitest';
import { changesSince } from '../../electron/core/doctor/changes.ts';
import { judgeAnswer } from '../../electron/core/doctor/check-application.ts';
import { judgeCertificate } from '../../electron/core/doctor/check-certificate.ts';
import { judgeChain } from '../../electron/core/doctor/check-chain.ts';
import { type ClockEvidence, judgeClock } from '../../electron/core/doctor/check-clock.ts';
import { judgeIdentity } from '../../electron/core/doctor/check-identity.ts';
import { judgeNetworks } from '../../electron/core/doctor/check-networks.ts';
import { judgeRoundTrips } from '../../electron/core/doctor/check-round-trip.ts';
import { judgeSpeech } from '../../electron/core/doctor/check-speaks.ts';
import { judgeStranger } from '../../electron/core/doctor/check-stranger.ts';
import { judgeWay } from '../../electron/core/doctor/check-vpn-proxy.ts';
import type { Verdict } from '../../electron/core/doctor/verdict.ts';
import type { Look } from '../../electron/core/doctor/visit.ts';
import { failure } from '../../electron/core/failure.ts';
import { readinessOf } from '../../electron/core/pairing/ask-readiness.ts';
import { circumstancesOf, networkWith, ownNetworks } from '../../electron/core/pairing/circumstances.ts';
import { type CheckResult, DOCTOR_CHECKS, doctorResult, firstTrouble } from '../../shared/doctor.ts';
import { appError, type ErrorCode } from '../../shared/errors.ts';
import { inWords } from '../support/doctor.ts';

const MINUTE_MS = 60_000;
const NOW = Date.parse('2026-06-01T12:00:00.000Z');

/** As `inWords` says it, of the verdict alone. */
const words = (verdict: Verdict): string => {
  const check = 'networks';
  return inWords(
    verdict.state === 'not-run'
      ? { check, state: 'not-run', because: verdict.because }
      : { check, state: verdict.state, told: verdict.told, durationMs: 0 },
  );
};
const valuesOf = (verdict: Verdict) =>
  verdict.state !== 'not-run' && verdict.told.by === 'finding' ? verdict.told.values : undefined;

const failedLook = (code: ErrorCode, spokeTls = false): Look => ({
  kind: 'failed',
  error: appError(code, 'x'),
  spokeTls,
});

const address = (family: 'IPv4' | 'IPv6', ip: string, prefix: number, netmask: string, internal = false) => ({
  family,
  address: ip,
  netmask,
  internal,
  mac: '00:00:00:00:00:00',
  cidr: `${ip}/${prefix}`,
  ...(family === 'IPv6' && { scopeid: 0 }),
});
const INTERFACES = {
  lo: [address('IPv4', '127.0.0.1', 8, '255.0.0.0', true)],
  tun0: [address('IPv4', '10.8.0.2', 24, '255.255.255.0')],
  wlan0: [
    address('IPv6', 'fe80::1', 64, 'ffff:ffff:ffff:ffff::'),
    address('IPv4', '192.168.178.20', 24, '255.255.255.0'),
  ],
  eth0: [address('IPv4', '172.16.5.9', 22, '255.255.252.0')],
} as Parameters<typeof ownNetworks>[0];
const networks = ownNetworks(INTERFACES);

describe('the networks of this computer', () => {
  it('are named by their own address and kind, without what only it itself is in', () => {
    expect(networks.map(({ cidr, kind }) => `${cidr} ${kind}`)).toEqual([
      '10.8.0.0/24 virtual',
      '192.168.178.0/24 wireless',
      '172.16.4.0/22 cable',
    ]);
    expect(networkWith('172.16.7.255', networks)?.interfaceName).toBe('eth0');
    expect(networkWith('172.16.8.0', networks)).toBeUndefined();
    expect(networkWith('a-name', networks)).toBeUndefined();
  });

  it.each([
    [networks, ['192.168.178.67'], 'ok in-network'],
    [networks, ['203.0.113.1', '172.16.5.1'], 'ok in-network'],
    [networks, ['192.168.1.67'], 'warning other-network'],
    [networks, [], 'ok own-networks'],
    [[], ['192.168.178.67'], 'failed no-network'],
    [[], ['127.0.0.1'], 'ok same-computer'],
    [[], ['::1'], 'ok same-computer'],
  ] as const)('%#: %s', (own, addresses, expected) => {
    expect(words(judgeNetworks(own, addresses))).toBe(expected);
  });

  it.each([
    ['192.168.178.20', undefined, 'ok direct'],
    ['192.168.178.20', 'proxy.example:3128', 'ok proxy-unused'],
    ['10.8.0.2', undefined, 'warning vpn-in-way'],
    ['10.8.0.2', 'proxy.example:3128', 'warning vpn-in-way'],
    [undefined, undefined, 'ok direct'],
  ] as const)('the way from %s past the proxy %s: %s', (source, proxy, expected) => {
    expect(words(judgeWay(networks, source, proxy))).toBe(expected);
  });

  it('are remembered by the one the device is in, else by a real one', () => {
    const context = { now: () => NOW, software: { version: '1', system: 'Linux 6' } };
    const of = (host: string) => circumstancesOf({ host, port: 8443 }, 'AA', context, networks).network;
    expect(of('172.16.5.1')).toEqual({ cidr: '172.16.4.0/22', kind: 'cable' });
    expect(of('10.8.0.7')).toEqual({ cidr: '10.8.0.0/24', kind: 'virtual' });
    expect(of('device.example')).toEqual({ cidr: '192.168.178.0/24', kind: 'wireless' });
    expect(circumstancesOf({ host: 'x', port: 1 }, 'AA', context, []).network).toBeNull();
  });
});

it.each([
  [failedLook('connection-lost'), 'http', 'failed plain-http'],
  [failedLook('not-tls'), 'nothing', 'failed not-tls'],
  [failedLook('connection-lost'), 'outdated-tls', 'ok speaks-tls'],
  [failedLook('tls-too-old'), 'nothing', 'ok speaks-tls'],
  [failedLook('device-issuer-unknown', true), 'nothing', 'ok speaks-tls'],
  [failedLook('timed-out'), 'nothing', 'failed timed-out'],
] as const)('what speaks on the port, %#', (look, said, expected) => {
  expect(words(judgeSpeech(look, said))).toBe(expected);
});

it.each([
  [failedLook('device-certificate-resigned', true), undefined, 'failed device-certificate-resigned'],
  [failedLook('device-identity-missing', true), undefined, 'ok chain-ok'],
  [failedLook('device-demands-certificate', true), undefined, 'not-run demands-certificate'],
  [failedLook('device-identity-missing', true), appError('root-ca-replaced'), 'failed root-ca-replaced'],
] as const)('the chain, %#', (look, replaced, expected) => {
  expect(words(judgeChain(look, 'CN=Root', replaced))).toBe(expected);
});

it('an identity that cannot be read is named', () => {
  expect(words(judgeIdentity(failedLook('device-identity-ambiguous', true), undefined))).toBe(
    'failed device-identity-ambiguous',
  );
});

describe('the clock', () => {
  const evidence: ClockEvidence = {
    now: NOW,
    isOwnWrong: false,
    aheadMs: undefined,
    look: undefined,
    notes: [],
  };
  const note = (aheadMs: number) => [
    { code: 'not-yet-valid', date: new Date(NOW).toISOString(), aheadMs } as const,
  ];
  it.each([
    [{ isOwnWrong: true, aheadMs: 0 }, 'failed own-clock-wrong'],
    [{ aheadMs: 5 * MINUTE_MS }, 'ok clocks-agree'],
    [{ aheadMs: -5 * MINUTE_MS }, 'ok clocks-agree'],
    [{ aheadMs: 5 * MINUTE_MS + 1 }, 'warning device-ahead'],
    [{ aheadMs: -5 * MINUTE_MS - 1 }, 'warning device-behind'],
    [{ look: failedLook('device-certificate-expired', true) }, 'warning clock-or-certificate'],
    [{ look: failedLook('device-issuer-unknown', true) }, 'ok clock-plausible'],
    [{ notes: note(6 * MINUTE_MS) }, 'warning device-was-ahead'],
    [{ notes: note(1_000) }, 'ok clock-plausible'],
    [{ notes: note(6 * MINUTE_MS), aheadMs: 0 }, 'ok clocks-agree'],
  ] as const)('%o: %s', (change, expected) => {
    expect(words(judgeClock({ ...evidence, ...change }))).toBe(expected);
  });
});

describe('the outcome of a check of the pairing', () => {
  const at = new Date(NOW).toISOString();
  const proved = (result: 'mtls' | 'tls-only') =>
    ({ result, at, tlsVersion: 'TLSv1.3', cipher: 'X', roundTripMs: 1, depth: 'full' }) as const;
  const failedBy = (code: ErrorCode) => ({ result: 'failed', at, error: appError(code) }) as const;
  it.each([
    [proved('mtls'), 'ok accepted', 'ok stranger-refused'],
    [proved('tls-only'), 'ok accepted', 'warning stranger-let-in'],
    [{ result: 'in-use', at, detail: '' } as const, 'warning device-in-use', 'warning device-in-use'],
    [
      { result: 'unclear', at, detail: '' } as const,
      'warning certificate-or-channel-refused',
      'warning certificate-or-channel-refused',
    ],
    [failedBy('mtls-refused'), 'failed mtls-refused', 'not-run needs certificate'],
    [failedBy('mtls-inconclusive'), 'failed mtls-inconclusive', 'warning mtls-inconclusive'],
    [null, 'warning mtls-inconclusive', 'not-run needs certificate'],
  ])('%#', (check, certificate, stranger) => {
    expect(words(judgeCertificate(check))).toBe(certificate);
    expect(words(judgeStranger(check))).toBe(stranger);
  });
});

describe('the payment app', () => {
  it.each([
    [
      { kind: 'answered', type: 'TransactionStatusResponse', message: 'Ready' },
      'ok app-answered',
      'answered',
    ],
    [{ kind: 'error-response', message: 'Terminal busy' }, 'warning app-objected', 'error-response'],
    [{ kind: 'silent' }, 'failed app-silent', 'silent'],
    [{ kind: 'ended', failure: failure('connection-lost') }, 'failed connection-lost', 'silent'],
  ] as const)('%o', (answer, expected, readiness) => {
    expect(words(judgeAnswer(answer))).toBe(expected);
    expect(readinessOf(answer, NOW)).toMatchObject({ result: readiness, at: '2026-06-01T12:00:00.000Z' });
  });

  it('is quoted, or named by the type of its answer', () => {
    expect(valuesOf(judgeAnswer({ kind: 'answered', type: 'SomethingNew', message: '' }))).toEqual({
      message: 'SomethingNew',
    });
    expect(readinessOf({ kind: 'error-response', message: 'Terminal busy' }, NOW).message).toBe(
      'Terminal busy',
    );
  });
});

it.each([
  [[], 'failed round-trips-lost'],
  [[1, 2, 3], 'warning round-trips-lost'],
  [[9, 1, 2, 3, 4, 5, 6, 7, 8, 900], 'ok round-trips'],
  [Array.from({ length: 10 }, () => 251), 'warning round-trips-slow'],
])('round trips %o: %s', (trips, expected) => {
  expect(words(judgeRoundTrips(trips))).toBe(expected);
});

it('gives the median and the ends of the round trips', () => {
  expect(valuesOf(judgeRoundTrips([9, 1, 2, 3, 4, 5, 6, 7, 8, 900]))).toEqual({
    times: 10,
    fastestMs: 1,
    medianMs: 6,
    slowestMs: 900,
  });
});

describe('what has changed', () => {
  const before = {
    at: new Date(NOW).toISOString(),
    address: { host: '192.168.178.67', port: 8443 },
    network: { cidr: '192.168.178.0/24', kind: 'wireless' },
    certificate256: 'AA',
    version: '1.0.0',
    system: 'Linux 6',
  } as const;
  it('is nothing when all is as it was, or not known now', () => {
    expect(changesSince(before, before)).toEqual([]);
    expect(changesSince(before, { ...before, certificate256: undefined })).toEqual([]);
  });
  it('names both sides', () => {
    const now = { ...before, network: null, address: { host: '::1', port: 1 }, certificate256: 'BB' };
    expect(changesSince(before, now)).toEqual([
      { what: 'address', from: '192.168.178.67:8443', to: '[::1]:1' },
      { what: 'network', from: '192.168.178.0/24 (wireless)', to: '—' },
      { what: 'certificate', from: 'AA', to: 'BB' },
    ]);
  });
});

describe('the whole run', () => {
  const told = { by: 'finding', finding: 'direct', values: {} } as const;
  const all = (change: (check: CheckResult['check']) => CheckResult['state'] | 'number'): CheckResult[] =>
    DOCTOR_CHECKS.map((check) => {
      const state = change(check);
      if (state === 'number') return { check, state: 'not-run', because: { reason: 'number' } };
      if (state === 'not-run') return { check, state, because: { reason: 'not-paired' } };
      return state === 'waiting' || state === 'running'
        ? { check, state }
        : { check, state, told, durationMs: 1 };
    });
  const endedAt = new Date(NOW).toISOString();
  it.each([
    ['ok', () => 'ok'],
    ['ok', (check) => (check === 'name' ? 'number' : 'ok')],
    ['partly', (check) => (check === 'stranger' ? 'not-run' : 'ok')],
    ['warning', (check) => (check === 'clock' ? 'warning' : 'not-run')],
    ['failed', (check) => (check === 'clock' ? 'warning' : check === 'tcp' ? 'failed' : 'ok')],
  ] as const satisfies readonly (readonly [string, (check: string) => CheckResult['state'] | 'number'])[])(
    'is %s',
    (expected, change) => {
      expect(doctorResult({ checks: all(change), endedAt })).toBe(expected);
      expect(doctorResult({ checks: all(change), endedAt: null })).toBe('running');
    },
  );
  it('puts the advice of the first failed check before that of an earlier warning', () => {
    const states = { networks: 'warning', tcp: 'failed', chain: 'failed' } as Record<
      string,
      'warning' | 'failed'
    >;
    expect(firstTrouble(all((check) => states[check] ?? 'ok'))?.check).toBe('tcp');
    expect(firstTrouble(all((check) => (check === 'clock' ? 'warning' : 'ok')))?.check).toBe('clock');
    expect(firstTrouble(all(() => 'ok'))).toBeUndefined();
  });
});
