import { z } from 'zod';

/** An account of the operating system on one computer: who a key store belongs to. */
export const accountSchema = z.object({
  /** Its user name, such as `kasse1`. */
  user: z.string().max(256),
  /** On Windows its domain, or the computer's name for an account of that computer alone; '' elsewhere. */
  domain: z.string().max(256),
  /** The computer's host name. */
  computer: z.string().max(256),
});
export type Account = z.infer<typeof accountSchema>;

/** As people know it: `kasse1`, or `SHOP\kasse1` for one of a Windows domain. */
export const accountName = ({ user, domain, computer }: Account): string =>
  domain === '' || domain.toLowerCase() === firstLabel(computer).slice(0, NETBIOS_LENGTH)
    ? user
    : `${domain}\\${user}`;

/** Windows cuts a computer's name to this many characters where it stands for the domain of its own accounts. */
const NETBIOS_LENGTH = 15;

/** Host names by their first label: what follows comes from the network, and changes with it. */
export const sameComputer = (a: string, b: string): boolean => firstLabel(a) === firstLabel(b);
const firstLabel = (name: string): string => (name.split('.')[0] ?? '').toLowerCase();

/** Windows does not tell capital letters from small ones, the others have names in small letters. */
export const sameUser = (a: Account, b: Account): boolean =>
  accountName(a).toLowerCase() === accountName(b).toLowerCase();

/** Why what an account stores may be gone after it is logged off, or on another computer. */
const PROFILE_RISKS = ['temporary', 'mandatory', 'guest', 'memory', 'roaming'] as const;
export type ProfileRisk = (typeof PROFILE_RISKS)[number];

/** The account the app runs under. */
export const accountViewSchema = z.object({
  /** Null where the system does not tell. */
  account: accountSchema.nullable(),
  risk: z.enum(PROFILE_RISKS).nullable(),
});
export type AccountView = z.infer<typeof accountViewSchema>;
