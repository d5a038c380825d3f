import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type BrowserContext, chromium } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { ranAgainst } from './real-parts.ts';

/** What a Chromium is called on the PATH. The set-up installs one where it finds none of these. */
export const browserCommands = ['chromium', 'chromium-browser', 'google-chrome'];

/** Where macOS keeps it. */
const apps = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const installed = await findBrowser();

/** Why there is no browser here; null where there is one. */
export const browserMissing = installed
  ? null
  : `install chromium: none of ${browserCommands.join(', ')} is on the PATH`;

export interface BrowserSettings {
  /** Whether a page of one site may use the cookies of another: makers differ (Debian says no, Google yes). */
  readonly thirdPartyCookies: boolean;
  /** Sent with every request, but for what is sent as a page is left. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A browser as somebody has it who never used it before: with a profile of its own, without a window. It ends with
 * the test.
 */
export async function startBrowser({
  thirdPartyCookies,
  headers = {},
}: BrowserSettings): Promise<BrowserContext> {
  ranAgainst(installed!.version);
  const profile = mkdtempSync(join(tmpdir(), 'trackline-browser-'));
  onTestFinished(() => rmSync(profile, { recursive: true, force: true }));
  writePreferences(profile, thirdPartyCookies);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: installed!.path,
    args: [
      '--headless=new',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    // Chromium refuses to start as root in its sandbox.
    chromiumSandbox: process.getuid?.() !== 0,
    extraHTTPHeaders: headers,
  });
  onTestFinished(() => context.close());
  return context;
}

/** As its page of settings writes them: 0 lets third-party cookies in, 1 blocks them. */
function writePreferences(profile: string, thirdPartyCookies: boolean): void {
  mkdirSync(join(profile, 'Default'));
  const preferences = { profile: { cookie_controls_mode: thirdPartyCookies ? 0 : 1 } };
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
}

async function findBrowser(): Promise<{ readonly path: string; readonly version: string } | null> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = [...browserCommands.flatMap((name) => folders.map((folder) => join(folder, name))), ...apps];
  for (const path of paths.filter((candidate) => existsSync(candidate))) {
    try {
      const { stdout } = await promisify(execFile)(path, ['--version']);
      return { path, version: stdout.trim() };
    } catch {
      // A shell script whose browser is gone, say: the next one may run.
    }
  }
  return null;
}
