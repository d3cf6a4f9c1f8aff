import { z } from 'zod';
import { appErrorSchema } from './errors.ts';
import { deviceAddressSchema } from './inputs.ts';

/** What a technician would look at, in this order. */
export const DOCTOR_CHECKS = [
  'networks',
  'vpn-proxy',
  'name',
  'tcp',
  'speaks',
  'tls-versions',
  'chain',
  'identity',
  'clock',
  'account',
  'certificate',
  'stranger',
  'websocket',
  'application',
  'round-trip',
] as const;
export type DoctorCheck = (typeof DOCTOR_CHECKS)[number];

/** What a check has found, apart from the errors of the catalogue. Its words are under `doctor.findings.<finding>`. */
export const FINDINGS = [
  'in-network',
  'same-computer',
  'own-networks',
  'other-network',
  'routed',
  'no-network',
  'direct',
  'proxy-unused',
  'vpn-in-way',
  'name-resolved',
  'port-open',
  'port-filtered',
  'speaks-tls',
  'versions',
  'chain-ok',
  'identity-ok',
  'identity-seen',
  'own-clock-wrong',
  'clocks-agree',
  'clock-plausible',
  'clock-or-certificate',
  'device-ahead',
  'device-behind',
  'device-was-ahead',
  'keys-open',
  'keys-to-be',
  'profile-temporary',
  'profile-mandatory',
  'profile-guest',
  'profile-memory',
  'profile-roaming',
  'accepted',
  'stranger-refused',
  'stranger-let-in',
  'websocket-open',
  'app-answered',
  'app-objected',
  'app-silent',
  'round-trips',
  'round-trips-slow',
  'round-trips-lost',
] as const;
export type Finding = (typeof FINDINGS)[number];

/** What is told of a check: one of its findings, or an error of the catalogue. */
const toldSchema = z.discriminatedUnion('by', [
  z.object({
    by: z.literal('finding'),
    finding: z.enum(FINDINGS),
    /** For the placeholders of its words: texts, times (ISO 8601) and durations in milliseconds ending in `Ms`. */
    values: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
  z.object({ by: z.literal('error'), error: appErrorSchema }),
]);
export type Told = z.infer<typeof toldSchema>;

/** Why a check was not made. */
const reasonSchema = z.discriminatedUnion('reason', [
  /** Another check has to succeed first. */
  z.object({ reason: z.literal('needs'), check: z.enum(DOCTOR_CHECKS) }),
  z.object({
    reason: z.enum([
      /** The address is one in numbers. */
      'number',
      'not-paired',
      /** The POS software has the device's channel, and the run was not to take it. */
      'pos-software',
      /** The device lets nobody in without a certificate of its own. */
      'demands-certificate',
      'no-root-ca',
      /** A pairing needs the device. */
      'gave-way',
      'cancelled',
    ]),
  }),
]);
export type NotRunReason = z.infer<typeof reasonSchema>;

const checkResultSchema = z.discriminatedUnion('state', [
  z.object({ check: z.enum(DOCTOR_CHECKS), state: z.enum(['waiting', 'running']) }),
  z.object({
    check: z.enum(DOCTOR_CHECKS),
    state: z.enum(['ok', 'warning', 'failed']),
    told: toldSchema,
    /** Milliseconds. */
    durationMs: z.number(),
  }),
  z.object({ check: z.enum(DOCTOR_CHECKS), state: z.literal('not-run'), because: reasonSchema }),
]);
export type CheckResult = z.infer<typeof checkResultSchema>;
export type CheckState = CheckResult['state'];

/** What differs from when the connection last worked. */
export const CHANGES = ['address', 'network', 'certificate', 'version', 'system'] as const;
const changeSchema = z.object({ what: z.enum(CHANGES), from: z.string(), to: z.string() });
export type Change = z.infer<typeof changeSchema>;

/** The whole picture of one run, sent at each change. */
export const doctorProgressSchema = z.object({
  runId: z.uuid(),
  address: deviceAddressSchema,
  startedAt: z.iso.datetime(),
  checks: z.array(checkResultSchema).length(DOCTOR_CHECKS.length),
  /** Null as long as it runs. */
  endedAt: z.iso.datetime().nullable(),
  /** Known at the end, for a pairing that has worked before. */
  changed: z.object({ since: z.iso.datetime(), changes: z.array(changeSchema) }).nullable(),
});
export type DoctorProgress = z.infer<typeof doctorProgressSchema>;

/** How a run looks as a whole: its worst check decides. */
export type DoctorResult = 'running' | 'ok' | 'warning' | 'failed' | 'partly';

export function doctorResult({ checks, endedAt }: Pick<DoctorProgress, 'checks' | 'endedAt'>): DoctorResult {
  if (endedAt === null) return 'running';
  const has = (state: CheckState) => checks.some((check) => check.state === state);
  if (has('failed')) return 'failed';
  if (has('warning')) return 'warning';
  const isLeftOut = (check: CheckResult) => check.state === 'not-run' && check.because.reason !== 'number';
  return checks.some(isLeftOut) ? 'partly' : 'ok';
}

/** The check whose advice comes first: the first that failed, else the first with a warning. */
export const firstTrouble = (
  checks: readonly CheckResult[],
): Extract<CheckResult, { told: Told }> | undefined => {
  const told = checks.flatMap((check) => ('told' in check ? [check] : []));
  return told.find(({ state }) => state === 'failed') ?? told.find(({ state }) => state === 'warning');
};
