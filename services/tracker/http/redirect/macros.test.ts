import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileMacros, fillMacros, type MacroValues } from './macros.ts';

const values: MacroValues = {
  clickId: '01890a5d-ac96-774b-bcce-b302099a8057',
  programId: 'shoes',
  publisherId: 'p1',
  params: { sub1: 'a b', sub32: 'z' },
};

function fill(url: string, own: Partial<MacroValues> = {}, charsMax = 4096): string | null {
  const template = compileMacros(url);
  return template === null ? url : fillMacros(template, { ...values, ...own }, charsMax);
}

describe('a macro is filled in', () => {
  test.each([
    ['{click_id}', 'https://s.example/?c={click_id}', `https://s.example/?c=${values.clickId}`],
    ['{program_id}', 'https://s.example/?c={program_id}', 'https://s.example/?c=shoes'],
    ['{publisher_id}', 'https://s.example/?c={publisher_id}', 'https://s.example/?c=p1'],
    ['{sub1}', 'https://s.example/?c={sub1}', 'https://s.example/?c=a%20b'],
    ['{sub32}', 'https://s.example/?c={sub32}', 'https://s.example/?c=z'],
    [
      'as nothing, where the call does not say it',
      'https://s.example/?c={sub2}&d',
      'https://s.example/?c=&d',
    ],
    ['in a path, as the URL Standard writes it', 'https://s.example/%7Bsub32%7D/', 'https://s.example/z/'],
    ['in lower-case escapes', 'https://s.example/%7bsub32%7d/', 'https://s.example/z/'],
    ['in a fragment', 'https://s.example/#{sub32}', 'https://s.example/#z'],
    ['as often as it stands there', 'https://s.example/{sub32}{sub32}?{sub32}', 'https://s.example/zz?z'],
  ])('%s', (_, url, filled) => {
    expect(fill(url)).toBe(filled);
  });
});

describe('what is no macro stays as it stands', () => {
  test.each([
    ['a name that there is not', 'https://s.example/?c={clickid}'],
    ['sub0', 'https://s.example/?c={sub0}'],
    ['sub33', 'https://s.example/?c={sub33}'],
    ['sub01', 'https://s.example/?c={sub01}'],
    ['a member of every object', 'https://s.example/?c={constructor}'],
    ['half a macro', 'https://s.example/?c={click_id'],
    ['one in the host', 'https://{sub1}.s.example'],
    ['one in the credentials', 'https://{sub1}@s.example/'],
    ['one in the port', 'https://s.example:{sub1}/'],
    ['one in the scheme', '{sub1}://s.example/'],
    ['one in a host behind three slashes', 'https:///{sub1}.s.example/'],
    ['one in a host without a scheme', '//{sub1}.s.example/'],
  ])('%s', (_, url) => {
    expect(compileMacros(url)).toBeNull();
  });
});

test('what a value says is not looked at for macros', () => {
  expect(fill('https://s.example/?c={sub1}', { params: { sub1: '{click_id}' } })).toBe(
    'https://s.example/?c=%7Bclick_id%7D',
  );
});

test.each(['.', '..'])('a value of %j, which would be another folder, counts as none', (sub1) => {
  expect(fill('https://s.example/a/{sub1}/b', { params: { sub1 } })).toBe('https://s.example/a//b');
  expect(fill('https://s.example/a/{sub1}{sub1}/b', { params: { sub1 } })).toBe('https://s.example/a//b');
});

test('a short URL with a long value a thousand times is given up early', () => {
  const url = `https://s.example/?${'{sub1}'.repeat(1000)}`;
  expect(fill(url, { params: { sub1: 'ä'.repeat(128) } })).toBeNull();
  expect(fill('https://s.example/?{sub1}', { params: { sub1: 'a' } }, 20)).toBe('https://s.example/?a');
  expect(fill('https://s.example/?{sub1}b', { params: { sub1: 'a' } }, 20)).toBeNull();
});

test('whatever the value is, whoever reads the URL has it again, and nothing else has changed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const kept = value === '.' || value === '..' ? '' : value.toWellFormed();
      const filled = fill('https://s.example/a/{sub1}/b?c={sub1}&d=1#{sub1}', { params: { sub1: value } });
      const url = new URL(filled!);
      expect(url.href).toBe(filled);
      expect(filled).toMatch(/^[\w\-.~%:/?=&#]*$/);
      expect(url.pathname.split('/').map(decodeURIComponent)).toEqual(['', 'a', kept, 'b']);
      expect([...url.searchParams]).toEqual([
        ['c', kept],
        ['d', '1'],
      ]);
      expect(decodeURIComponent(url.hash.slice(1))).toBe(kept);
    }),
  );
});
