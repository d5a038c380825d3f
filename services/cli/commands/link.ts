import type { Program } from '@trackline/domain/program';
import { checkTarget, linkHosts } from '@trackline/domain/redirect';
import { type RedirectReason, reasons } from '@trackline/domain/verdict';
import { linkText, sign } from '@trackline/proto/signature';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { exitCodes, Failure } from '../failure.ts';
import { limits } from '../limits.ts';
import { iso } from '../time.ts';

export interface LinkOptions {
  readonly program: string;
  readonly publisher?: string;
  readonly sub?: Readonly<Record<string, string>>;
  readonly url?: string;
  readonly origin?: string;
  readonly key?: string;
  /** From now on, in milliseconds. */
  readonly expires?: number;
  readonly keyring?: string;
  readonly offline: boolean;
}

interface Signature {
  readonly keyId: string;
  readonly expiresAtS: number;
  readonly signature: string;
}

/**
 * `link`: a click link, signed if a key is named. That clicks on it would not go to its target is a finding: then the
 * link is shown all the same.
 */
export async function link(context: Context, options: LinkOptions): Promise<Answer> {
  const { program: programId, publisher, sub = {}, url } = options;
  const origin = options.origin ?? (await context.parts.trackerUrl());
  if (origin === undefined) {
    throw misuse('Where the trackers are reached is not known: --origin https://track.example tells.');
  }
  const signature = await signed(context, options);
  const program = options.offline ? null : await programOf(context, programId);
  const refusal = url === undefined ? null : refusalOf(url, signature, program);

  const parameters: [string, string | undefined][] = [
    ['publisher', publisher],
    ...Object.entries(sub),
    ['url', url],
    ['expires', signature?.expiresAtS.toString()],
    ['key', signature?.keyId],
    ['sig', signature?.signature],
  ];
  const query = parameters
    .filter((parameter): parameter is [string, string] => parameter[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`)
    .join('&');
  const text = `${origin}/v1/click/${programId}${query === '' ? '' : `?${query}`}`;
  if (text.length > limits.linkBytesMax) {
    throw new Failure(`The link has ${text.length} characters, and trackers take ${limits.linkBytesMax}.`);
  }
  return {
    json: {
      link: text,
      programId,
      publisher: publisher ?? null,
      params: sub,
      url: url ?? null,
      key: signature?.keyId ?? null,
      expiresAt: signature === null ? null : iso(signature.expiresAtS * 1000),
      refused: refusal?.reason ?? null,
    },
    text: () => text,
    finding: refusal === null ? undefined : inWords(refusal),
  };
}

async function signed({ parts, clock }: Context, options: LinkOptions): Promise<Signature | null> {
  const { program: programId, url, key: keyId, expires, keyring } = options;
  if (keyId === undefined && expires === undefined) return null;
  if (keyId === undefined || expires === undefined || url === undefined) {
    throw misuse('A signed link takes --url, --key and --expires, all of them.');
  }
  const key = (await parts.keyring(keyring)).key(keyId);
  if (key === null) {
    throw new Failure(
      `The keyring has no key ${keyId}. --keyring FILE, TRACKLINE_KEYRING_FILE or TRACKLINE_KEYRING name another.`,
      { exitCode: exitCodes.config },
    );
  }
  const expiresAtS = Math.floor((clock.wallMs() + expires) / 1000);
  return { keyId, expiresAtS, signature: sign(linkText({ programId, target: url, expiresAtS }), key) };
}

async function programOf({ parts }: Context, id: string): Promise<Program> {
  const newest = await (await parts.programTable()).latest(id);
  if (newest === null || newest.program.deleted) {
    const why = newest === null ? `There is no program ${id}` : `The program ${id} is deleted`;
    throw new Failure(`${why}. "trackline program list" names all; with --offline none is looked at.`);
  }
  return newest.program;
}

interface Refusal {
  readonly reason: RedirectReason;
  readonly wayOut: string;
}

/** Why trackers would refuse the target, as far as that can be told here: macros are not filled in yet. */
function refusalOf(url: string, signature: Signature | null, program: Program | null): Refusal | null {
  if (signature !== null && program !== null && !program.signingKeyIds.includes(signature.keyId)) {
    return { reason: 'target_key', wayOut: `Add ${signature.keyId} to the program's signingKeyIds.` };
  }
  const checked = checkTarget(url, signature !== null || program === null ? null : linkHosts(program));
  return 'url' in checked ? null : { reason: checked.reason, wayOut: wayOutOf(checked.reason, url) };
}

function wayOutOf(reason: RedirectReason, url: string): string {
  if (reason === 'target_host') {
    return `Add ${new URL(url).hostname} to the program's deepLinkHosts, or sign the link: --key, --expires.`;
  }
  if (reason === 'target_port' || reason === 'target_address') return 'Sign the link: --key, --expires.';
  return 'Give it another --url.';
}

function inWords({ reason, wayOut }: Refusal): string {
  return `Clicks on it go to the landing URL. ${reasons[reason].words} (${reason}) ${wayOut}`;
}

function misuse(message: string): Failure {
  return new Failure(message, { exitCode: exitCodes.usage });
}
