import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

/** What npm 11 answers with `--json`, as recorded; addresses are left out. */
const advisory = {
  name: 'minimist',
  severity: 'critical',
  isDirect: true,
  via: [{ source: 1097678, name: 'minimist', title: 'Prototype Pollution in \u001b[31mminimist' }],
  effects: ['mkdirp'],
  range: '<0.2.4',
  nodes: ['node_modules/minimist'],
  fixAvailable: true,
};
const behindIt = { ...advisory, name: 'mkdirp', via: ['minimist'], range: '0.4.1 - 0.5.1', effects: [] };
const noAdvisories = {
  auditReportVersion: 2,
  vulnerabilities: {},
  metadata: { vulnerabilities: { total: 0 } },
};
const noFaults = { invalid: [], missing: [] };
const unsigned = { name: 'left-pad', version: '1.3.0', location: 'node_modules/left-pad' };
const tampered = { ...unsigned, code: 'EINTEGRITYSIGNATURE', keyid: 'SHA256:x', type: 'dependencies' };
const methodNotAllowed = {
  message: '405 Method Not Allowed',
  method: 'POST',
  statusCode: 405,
  body: '',
  error: { summary: '', detail: '' },
};
const failed = (code: string | undefined, summary = '') => ({ error: { code, summary, detail: '' } });

/** Runs the script with a stand-in for npm that answers as told. */
function audit(name: string, npm: { readonly says: unknown; readonly exits: number } | 'nothing') {
  const root = mkdtempSync(join(tmpdir(), 'trackline-audit-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode: 0o755 });
  };
  mkdirSync(join(root, 'scripts'));
  copyFileSync(join(import.meta.dirname, 'audit.mjs'), join(root, 'scripts/audit.mjs'));
  if (npm === 'nothing') {
    write('bin/npm', `#!${process.execPath}\nsetInterval(() => {}, 1000);\n`);
  } else {
    write('answer.json', typeof npm.says === 'string' ? npm.says : JSON.stringify(npm.says));
    write(
      'bin/npm',
      `#!/bin/sh\necho "$@" >"${root}/asked"\n/bin/cat "${root}/answer.json"\nexit ${npm.exits}\n`,
    );
  }
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'scripts/audit.mjs'), name, npm === 'nothing' ? '0.5' : '60'],
    { encoding: 'utf8', env: { PATH: join(root, 'bin') } },
  );
  return { status, said: (stdout + stderr).trim() };
}

describe('a finding fails, and is named', () => {
  test('a package with an advisory, and one that has it from there', () => {
    const says = { ...noAdvisories, vulnerabilities: { minimist: advisory, mkdirp: behindIt } };
    expect(audit('advisories', { says, exits: 1 })).toEqual({
      status: 1,
      said: [
        'The audit of advisories found:',
        '  critical: minimist <0.2.4: Prototype Pollution in ?[31mminimist',
        '  critical: mkdirp 0.4.1 - 0.5.1: by minimist',
      ].join('\n'),
    });
  });

  test('a signature that is wrong, and one that is missing', () => {
    const says = { invalid: [tampered], missing: [unsigned] };
    expect(audit('signatures', { says, exits: 1 })).toEqual({
      status: 1,
      said: 'The audit of signatures found:\n  invalid: left-pad@1.3.0\n  missing: left-pad@1.3.0',
    });
  });

  test('also where npm takes it for none', () => {
    const says = { ...noAdvisories, vulnerabilities: { minimist: advisory } };
    expect(audit('advisories', { says, exits: 0 }).status).toBe(1);
  });
});

describe('nothing found passes', () => {
  test.each([
    ['advisories', noAdvisories],
    ['signatures', noFaults],
  ])('%s', (name, says) => {
    expect(audit(name, { says, exits: 0 })).toEqual({
      status: 0,
      said: `The audit of ${name} found nothing.`,
    });
  });
});

describe('a service that can’t be asked is said, and passes', () => {
  test.each([
    ['advisories', 'a mirror without an audit', methodNotAllowed, 'HTTP 405'],
    ['advisories', 'one that is down', { ...methodNotAllowed, statusCode: 503 }, 'HTTP 503'],
    ['advisories', 'no answer to its name', failed('ENOTFOUND', 'request failed'), 'ENOTFOUND'],
    ['advisories', 'a registry that has none', failed('ENOAUDIT'), 'ENOAUDIT'],
    ['signatures', 'no network', failed('EAI_AGAIN'), 'EAI_AGAIN'],
    [
      'signatures',
      'a proxy that breaks TLS',
      failed('SELF_SIGNED_CERT_IN_CHAIN'),
      'SELF_SIGNED_CERT_IN_CHAIN',
    ],
    [
      'signatures',
      'keys that can’t be had',
      failed('TUF_REFRESH_METADATA_ERROR'),
      'TUF_REFRESH_METADATA_ERROR',
    ],
    [
      'signatures',
      'a mirror without keys',
      failed(undefined, 'found no dependencies to audit that were installed from a supported registry'),
      'the registry has no keys',
    ],
  ])('%s: %s', (name, _, says, why) => {
    expect(audit(name, { says, exits: 1 })).toEqual({
      status: 0,
      said: `Not audited: the service can't be asked (${why}).`,
    });
  });

  test('and so is one that never answers', () => {
    expect(audit('signatures', 'nothing')).toEqual({
      status: 0,
      said: 'Not audited: npm had no answer in 0.5 s.',
    });
  });
});

describe('what is not understood fails', () => {
  test.each([
    ['a package that the registry does not know', failed('E404', 'Not Found')],
    ['a tree that is none', failed('ELSPROBLEMS')],
    ['no JSON', 'Segmentation fault'],
    ['nothing', ''],
    ['JSON that is no report', 'null'],
    ['a report without findings, of an npm that failed', noFaults],
  ])('%s', (_, says) => {
    expect(audit('signatures', { says, exits: 1 })).toMatchObject({
      status: 1,
      said: expect.stringMatching(/^npm ended with 1, and said nothing that is understood/),
    });
  });

  test('nor is there a third audit', () => {
    expect(audit('licenses', { says: noFaults, exits: 0 }).status).toBe(2);
  });
});
