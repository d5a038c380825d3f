/**
 * FNV-1a, 32 bits (RFC 9923): spreads keys over partitions. Fixed for ever, since what is stored is found by
 * it.
 */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
