import type { Keyring } from '@trackline/adapters/keyring/keyring';
import type { Program } from '@trackline/domain/program';
import { checkTarget, linkHosts } from '@trackline/domain/redirect';
import type { RedirectReason } from '@trackline/domain/verdict';
import { isSignedBy, linkText } from '@trackline/proto/signature';
import { compileMacros, fillMacros, type MacroTemplate, type MacroValues } from './macros.ts';

/**
 * Where a click goes. Every location from here is a URL as the URL Standard writes it: ASCII, in one line, no longer
 * than this, which is longer than a landing URL may be, and than any browser's address bar shows.
 */
export const locationCharsMax = 4096;

/** What a click says of its target; '' for what it does not say. */
export interface TargetLink {
  readonly target: string;
  /** When a signed link ends, in seconds since the epoch; with `keyId` and `signature`, or none of them. */
  readonly expires: string;
  readonly keyId: string;
  readonly signature: string;
}

interface Landing {
  readonly href: string;
  readonly origin: string;
  /** Null where there are no macros. */
  readonly template: MacroTemplate | null;
  /** What an unsigned deep link may name. */
  readonly hosts: readonly string[];
}

/** By program version: a program is frozen, and the cache hands the same value to every call. */
const landings = new WeakMap<Program, Landing>();

/**
 * The program's landing URL with its macros filled in. It stays on the landing URL's own origin whatever the values
 * are; where they would make it too long, it is the landing URL with its macros as they stand.
 */
export function landingLocation(program: Program, values: MacroValues): string {
  const { href, origin, template } = landingOf(program);
  if (template === null) return href;
  const filled = fillMacros(template, values, locationCharsMax);
  if (filled === null || !URL.canParse(filled)) return href;
  const url = new URL(filled);
  return url.origin === origin && url.href.length <= locationCharsMax ? url.href : href;
}

/**
 * A deep link's target with its macros filled in, if it may be gone to (`checkTarget`).
 *
 * @param hosts what it may name; null where it is signed
 */
export function targetLocation(
  target: string,
  hosts: readonly string[] | null,
  values: MacroValues,
): { readonly location: string } | { readonly reason: RedirectReason } {
  const template = compileMacros(target);
  const filled = template === null ? target : fillMacros(template, values, locationCharsMax);
  if (filled === null) return { reason: 'target_malformed' };
  const checked = checkTarget(filled, hosts);
  if ('reason' in checked) return checked;
  const { href } = checked.url;
  return href.length <= locationCharsMax ? { location: href } : { reason: 'target_malformed' };
}

/**
 * Where a click on the program goes: to the link's target if the program allows that host or one of its keys signed
 * the link, else to the landing URL, and why.
 *
 * @param nowMs wall clock
 * @returns the reason is '' where nothing was refused
 */
export function redirectFor(
  program: Program,
  link: TargetLink,
  values: MacroValues,
  keyring: Keyring,
  nowMs: number,
): { readonly location: string; readonly reason: RedirectReason | '' } {
  if (link.target === '') return { location: landingLocation(program, values), reason: '' };
  const isSigned = link.expires !== '' || link.keyId !== '' || link.signature !== '';
  const refusal = isSigned ? checkSignature(program, link, keyring, nowMs) : null;
  const checked =
    refusal === null
      ? targetLocation(link.target, isSigned ? null : landingOf(program).hosts, values)
      : { reason: refusal };
  if ('location' in checked) return { location: checked.location, reason: '' };
  return { location: landingLocation(program, values), reason: checked.reason };
}

/** Whole seconds as `linkText` writes them: any other spelling was not signed. */
export const expiresPattern = /^[1-9]\d{0,11}$/;

function checkSignature(
  program: Program,
  { target, expires, keyId, signature }: TargetLink,
  keyring: Keyring,
  nowMs: number,
): RedirectReason | null {
  const key = program.signingKeyIds.includes(keyId) ? keyring.key(keyId) : null;
  if (key === null) return 'target_key';
  if (!expiresPattern.test(expires)) return 'target_signature';
  const expiresAtS = Number(expires);
  const text = linkText({ programId: program.id, target, expiresAtS });
  if (!isSignedBy(text, signature, key)) return 'target_signature';
  return nowMs >= expiresAtS * 1000 ? 'target_expired' : null;
}

function landingOf(program: Program): Landing {
  let landing = landings.get(program);
  if (landing === undefined) {
    const { href, origin } = new URL(program.landingUrl);
    landing = { href, origin, template: compileMacros(href), hosts: linkHosts(program) };
    landings.set(program, landing);
  }
  return landing;
}
