import { expect, test } from 'vitest';
import { allowedMethods } from './allowed-methods.ts';

test.each([
  ['/v1/impression/a', ['GET', 'HEAD', 'OPTIONS']],
  ['/v1/click/', ['GET', 'HEAD', 'OPTIONS']],
  ['/v1/events/a?type=click', ['GET', 'HEAD', 'OPTIONS']],
  ['http://t.example/v1/events', ['POST', 'OPTIONS']],
  ['/v1/transaction/a', ['GET', 'HEAD', 'POST', 'OPTIONS']],
  ['/v1/click', null],
  ['/v1/click/a/b', null],
  ['/v1/clicks/a', null],
  ['/', null],
])('%s takes %j', (target, methods) => {
  expect(allowedMethods(target)).toEqual(methods);
});
