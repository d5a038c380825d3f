const bytesPerLine = 16;

/**
 * Bytes as offset, hexadecimal and printable ASCII, sixteen a line, as `hexdump -C` shows them; the first
 * `bytesMax` of them.
 */
export function hexDump(bytes: Uint8Array, bytesMax = Infinity): string {
  const lines: string[] = [];
  const end = Math.min(bytes.length, bytesMax);
  for (let offset = 0; offset < end; offset += bytesPerLine) {
    const line = [...bytes.subarray(offset, Math.min(end, offset + bytesPerLine))];
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0'));
    const halves = `${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}`.padEnd(bytesPerLine * 3);
    const ascii = line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
    lines.push(`${offset.toString(16).padStart(8, '0')}  ${halves}  ${ascii.join('')}`);
  }
  if (end < bytes.length) lines.push(`… ${bytes.length - end} bytes more: --full shows them`);
  return lines.join('\n');
}
