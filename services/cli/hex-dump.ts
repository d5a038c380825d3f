const bytesPerLine = 16;

/** Bytes as offset, hexadecimal and printable ASCII, sixteen a line, as `hexdump -C` shows them. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += bytesPerLine) {
    const line = [...bytes.subarray(offset, offset + bytesPerLine)];
    const hex = line.map((byte) => byte.toString(16).padStart(2, '0'));
    const halves = `${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}`.padEnd(bytesPerLine * 3);
    const ascii = line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'));
    lines.push(`${offset.toString(16).padStart(8, '0')}  ${halves}  ${ascii.join('')}`);
  }
  return lines.join('\n');
}
