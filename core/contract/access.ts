/** Users, sign-ins, API keys and the audit trail, as they cross HTTP. */
import { z } from 'zod';
import { datasetSlugSchema } from './dataset.ts';
import { mailAddressSchema } from './mail.ts';
import { everything, roles } from './rights.ts';

export const accessLimits = {
  /** Longer words are safer than stranger ones; nothing is asked of what they are made of. */
  passwordLengthMin: 8,
  passwordLengthMax: 256,
  nameLengthMax: 120,
  usersMax: 1_000,
  grantsMax: 200,
  keysMax: 500,
  keyDaysMax: 730,
  auditListedMax: 500,
} as const;

export const grantSchema = z.object({
  role: z.enum(roles),
  dataset: z.union([datasetSlugSchema, z.literal(everything)]),
});

const grants = z.array(grantSchema).max(accessLimits.grantsMax);

const control = /\p{Cc}|\u2028|\u2029/u;
const personName = z
  .string()
  .trim()
  .min(1)
  .max(accessLimits.nameLengthMax)
  .refine((text) => !control.test(text), 'holds a line break or a control character');

/** Mail addresses name users; they are compared in lower case. */
export const emailSchema = mailAddressSchema.transform((text) => text.toLowerCase());

/** As it is typed, unchanged. What is too short, too long or well known is refused with its own problem. */
const password = z.string().max(4_096);
const token = z.string().min(1).max(200);
const code = z.string().trim().min(1).max(40);

/** `invited` users have not chosen a password yet; `disabled` ones cannot sign in. */
export const userSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  state: z.enum(['invited', 'active', 'disabled']),
  grants: z.array(grantSchema),
  /** Whether signing in asks for a code besides the password. */
  secondFactor: z.boolean(),
  createdAt: z.int(),
  lastSignInAt: z.int().optional(),
});
export type User = z.infer<typeof userSchema>;

export const newUserSchema = z.object({
  email: emailSchema,
  name: personName.optional(),
  grants: grants.min(1),
  /** Sends the invitation by mail; without it the link is in the answer. */
  sendMail: z.boolean().default(false),
});
export type NewUser = z.infer<typeof newUserSchema>;

/** Who somebody is. One signs in by the mail address. */
export const userChangeSchema = z.object({ name: personName, email: emailSchema });
export type UserInput = z.infer<typeof userChangeSchema>;

export const grantsInputSchema = z.object({ grants });
export const resetInputSchema = z.object({
  sendMail: z.boolean().default(false),
  /** For whoever has lost the authenticator and the recovery codes. */
  removeSecondFactor: z.boolean().default(false),
});

/** A link that works once; absent where it went out by mail. */
export const linkSchema = z.object({ link: z.string().optional(), expiresAt: z.int() });
export type OneTimeLink = z.infer<typeof linkSchema>;

export const signInInputSchema = z.object({
  email: z.string().max(254),
  password,
  /** The code of the authenticator, or a recovery code. */
  code: code.optional(),
});

export const firstInputSchema = z.object({ token, email: emailSchema, name: personName, password });
export const tokenInputSchema = z.object({ token });
export const useLinkInputSchema = z.object({ token, password, name: personName.optional() });
export const forgottenInputSchema = z.object({ email: z.string().max(254) });
export const newPasswordInputSchema = z.object({ current: password, password });
export const currentPasswordSchema = z.object({ current: password });
export const confirmFactorSchema = z.object({ code });

export const linkStateSchema = z.object({
  purpose: z.enum(['first', 'invitation', 'reset']),
  email: z.string().optional(),
  name: z.string().optional(),
});
export type LinkState = z.infer<typeof linkStateSchema>;

/** How one signs in here. */
export const waysInSchema = z.object({
  /** True while there is no administrator: then only this machine is let in. */
  unclaimed: z.boolean(),
  /** Where sign-in by the organisation begins, if it is set up. */
  oidc: z.boolean(),
});
export type WaysIn = z.infer<typeof waysInSchema>;

/** Who asks. `machine` is a request from this machine while there is no administrator, or the command line. */
export const meSchema = z.object({
  kind: z.enum(['user', 'key', 'machine']),
  name: z.string(),
  email: z.string().optional(),
  grants: z.array(grantSchema),
  secondFactor: z.boolean(),
});
export type Me = z.infer<typeof meSchema>;

export const signInSchema = z.object({
  id: z.string(),
  createdAt: z.int(),
  lastSeenAt: z.int(),
  expiresAt: z.int(),
  /** The cut address, such as `203.0.113.0`. */
  address: z.string(),
  browser: z.string(),
  current: z.boolean(),
});
export type SignIn = z.infer<typeof signInSchema>;

export const newSecondFactorSchema = z.object({ secret: z.string(), url: z.string() });
export const recoveryCodesSchema = z.object({ recoveryCodes: z.array(z.string()) });

export const apiKeySchema = z.object({
  id: z.string(),
  name: z.string(),
  /** The beginning of the key, to know it by. */
  prefix: z.string(),
  role: z.enum(roles),
  dataset: z.string(),
  createdAt: z.int(),
  expiresAt: z.int(),
  lastUsedAt: z.int().optional(),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

export const newApiKeySchema = grantSchema.extend({
  name: personName,
  days: z.int().min(1).max(accessLimits.keyDaysMax).default(365),
});
export type NewApiKey = z.infer<typeof newApiKeySchema>;

/** With the key itself, which is shown this once. */
export const madeApiKeySchema = apiKeySchema.extend({ key: z.string() });
export type MadeApiKey = z.infer<typeof madeApiKeySchema>;

export const auditEntrySchema = z.object({
  number: z.int(),
  at: z.int(),
  /** `user ann@shop.example`, `key Build (ck_ab12…)`, `machine`, `nobody`. */
  actor: z.string(),
  /** The cut address it came from; empty for the command line. */
  address: z.string(),
  action: z.string(),
  /** What it was done to. */
  target: z.string(),
  detail: z.string(),
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

export const auditCheckSchema = z.object({
  entries: z.int(),
  /** Where retention has removed those before. */
  firstNumber: z.int().optional(),
  /** The first entry that was changed, or behind which some are missing. */
  brokenAt: z.int().optional(),
  /** The hash of the last one: kept elsewhere, it also shows whether the end was cut off. */
  lastHash: z.string(),
});
export type AuditCheck = z.infer<typeof auditCheckSchema>;
