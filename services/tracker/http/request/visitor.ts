import type { RandomBytes } from '@trackline/domain/message-id';
import { isVisitorId } from '@trackline/domain/visitor-id';

/**
 * The cookie that tells a browser from others: first-party, random, and nothing else. `__Host-` has browsers
 * refuse it from anywhere but this host over TLS ("Cookies: HTTP State Management Mechanism", RFC 6265bis
 * §4.1.3.2), so that no other host of the domain can plant one. No parameter ever stands in for it.
 */
const visitorCookieName = '__Host-trackline';

/** Browsers keep a cookie no longer (RFC 6265bis §5.5). */
export const visitorDaysMax = 400;

const idBytes = 16;

export interface VisitorCookieSettings {
  readonly kind: 'on' | 'partitioned' | 'off';
  readonly days: number;
}

/** Finds, makes and ends the cookie. */
export class VisitorCookie {
  readonly #randomBytes: RandomBytes;
  readonly #isOn: boolean;
  readonly #keeps: string;
  /** The `Set-Cookie`s that end it, partitioned or not, which to browsers are two: it may be of other settings. */
  readonly expired: readonly string[];

  constructor({ kind, days }: VisitorCookieSettings, randomBytes: RandomBytes) {
    this.#randomBytes = randomBytes;
    this.#isOn = kind !== 'off';
    const plain = '; Path=/; Secure; HttpOnly; SameSite=None';
    const partitioned = `${plain}; Partitioned`;
    const kept = kind === 'partitioned' ? partitioned : plain;
    this.#keeps = `; Max-Age=${days * 86_400}${kept}`;
    this.expired = [plain, partitioned].map((attributes) => `${visitorCookieName}=; Max-Age=0${attributes}`);
  }

  /** The visitor that a cookie's value names; '' where it names none. */
  known(value: string | null): string {
    return this.#isOn && value !== null && isVisitorId(value) ? value : '';
  }

  /** A visitor who was not met before; null where the tracker is not to set cookies. */
  issue(): { readonly visitorId: string; readonly setCookie: string } | null {
    if (!this.#isOn) return null;
    const bytes = Buffer.allocUnsafe(idBytes);
    this.#randomBytes(bytes);
    const visitorId = bytes.toString('base64url');
    return { visitorId, setCookie: `${visitorCookieName}=${visitorId}${this.#keeps}` };
  }
}

/** The value of the visitor cookie in a `Cookie` header, as it was sent; null where there is none. */
export function visitorCookieIn(header: string | undefined): string | null {
  if (header === undefined) return null;
  for (let at = 0; ; at++) {
    at = header.indexOf(visitorCookieName, at);
    if (at === -1) return null;
    const from = at + visitorCookieName.length;
    // Behind a space alone it is part of another's value, which any host of the domain may plant.
    const before = header.slice(0, at).trimEnd();
    if ((before !== '' && !before.endsWith(';')) || header[from] !== '=') continue;
    const to = header.indexOf(';', from);
    return header.slice(from + 1, to === -1 ? undefined : to).trim();
  }
}
