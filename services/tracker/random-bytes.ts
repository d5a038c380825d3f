import { randomFillSync } from 'node:crypto';
import type { RandomBytes } from '@trackline/domain/message-id';

const poolBytes = 8 * 1024;

/**
 * Cryptographic random bytes out of a pool: asking the system for 16 at a time costs more than the rest of a
 * message id. What was handed out is wiped by the next filling and used once.
 */
export function pooledRandomBytes(): RandomBytes {
  const pool = new Uint8Array(poolBytes);
  let used = poolBytes;
  return (target) => {
    if (target.length > poolBytes) {
      randomFillSync(target);
      return;
    }
    if (used + target.length > poolBytes) {
      randomFillSync(pool);
      used = 0;
    }
    for (let i = 0; i < target.length; i++) target[i] = pool[used++]!;
  };
}
