import { expect, test } from 'vitest';
import { clientOptions } from './client-options.ts';

const region = 'eu-central-1';

test('AWS itself: the SDK finds endpoint and credentials', () => {
  expect(clientOptions({ region })).toEqual({ region });
});

test.each(['http://127.0.0.1:4567', 'http://localhost:4567', 'http://[::1]:4567'])(
  'an embedded part at %s gets made-up credentials',
  (endpoint) => {
    expect(clientOptions({ region, endpoint })).toMatchObject({
      endpoint,
      credentials: { accessKeyId: 'local' },
    });
  },
);

test.each(['https://kinesis.eu-central-1.amazonaws.com', 'http://127.0.0.1.evil.example', 'http://10.0.0.1'])(
  'a remote endpoint %s gets none',
  (endpoint) => {
    expect(clientOptions({ region, endpoint })).toEqual({ region, endpoint });
  },
);
