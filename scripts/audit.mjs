// Asks npm's two audits about the installed packages: `advisories`, whether one that runs in production has a known
// vulnerability; `signatures`, whether all are what their registry signed. A finding fails; so does whatever is not
// understood. That the service can't be asked (no network, a mirror without an audit) is said, and does not fail:
// it says nothing about the packages.
//
//   node scripts/audit.mjs advisories|signatures [SECONDS]
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const audits = {
  advisories: { words: ['audit', '--omit=dev'], findings: vulnerable },
  signatures: { words: ['audit', 'signatures'], findings: untrue },
};

/** The codes of npm, Node and Sigstore's client for a service that is not there, or does not want to answer. */
const unreachable = new RegExp(
  `^(${[
    'ENOAUDIT|ENOTFOUND|EAI_AGAIN|EPIPE|EPROTO|E(SOCKET)?TIMEDOUT|ERR_SOCKET_TIMEOUT',
    'ECONN(REFUSED|RESET|ABORTED)|E(HOST|NET)UNREACH|ERR_SSL_.*|.*_CERT_.*|CERT_.*',
    'E(40[01358]|429|5\\d\\d)|TUF_.*',
  ].join('|')})$`,
);
/** Without a code, in npm's words: a mirror has no keys to check signatures by. */
const keyless = /found no dependencies to audit that were installed from a supported registry/;

const [name = '', seconds = '90'] = process.argv.slice(2);
if (!(name in audits)) end(2, 'Say which: node scripts/audit.mjs advisories|signatures');
const { words, findings } = audits[name];
const briefly = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=20000'];
const { status, stdout, error } = spawnSync('npm', [...words, '--json', ...briefly], {
  cwd: join(dirname(fileURLToPath(import.meta.url)), '..'),
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
  stdio: ['ignore', 'pipe', 'ignore'],
  timeout: Number(seconds) * 1000,
  killSignal: 'SIGKILL',
});
if (error?.code === 'ETIMEDOUT') end(0, `Not audited: npm had no answer in ${seconds} s.`);
if (error) end(1, `npm could not be run: ${error.message}`);

const report = parsed(stdout);
const found = report && findings(report);
if (found && found.length > 0) {
  // Some of the words are strangers', and go to a terminal.
  const lines = found.map((each) => `  ${each.replace(/[^ -~]/g, '?')}`);
  end(1, `The audit of ${name} found:\n${lines.join('\n')}`);
}
if (found && status === 0) end(0, `The audit of ${name} found nothing.`);
const why = report && whyNot(report);
if (why) end(0, `Not audited: the service can't be asked (${why}).`);
end(1, `npm ended with ${status}, and said nothing that is understood here:\n${stdout.slice(0, 2000)}`);

/** One line for each vulnerable package; null where the report is none of advisories. */
function vulnerable({ vulnerabilities }) {
  if (typeof vulnerabilities !== 'object' || vulnerabilities === null) return null;
  return Object.values(vulnerabilities).map(({ name, range, severity, via = [] }) => {
    const titles = via.map((each) => (typeof each === 'string' ? `by ${each}` : each.title));
    return `${severity}: ${name} ${range}: ${titles.join('; ')}`;
  });
}

/** One line for each package whose signature is wrong or missing; null where the report is none of signatures. */
function untrue({ invalid, missing }) {
  if (!Array.isArray(invalid) || !Array.isArray(missing)) return null;
  const line = (word) => (each) => `${word}: ${each.name}@${each.version}`;
  return [...invalid.map(line('invalid')), ...missing.map(line('missing'))];
}

/** Why the service could not be asked; null where that is not what the report tells. */
function whyNot({ statusCode, error }) {
  if (statusCode >= 400) return `HTTP ${statusCode}`;
  if (unreachable.test(error?.code ?? '')) return error.code;
  return keyless.test(error?.summary ?? '') ? 'the registry has no keys' : null;
}

function parsed(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

function end(exitCode, line) {
  (exitCode === 0 ? process.stdout : process.stderr).write(`${line}\n`);
  process.exit(exitCode);
}
