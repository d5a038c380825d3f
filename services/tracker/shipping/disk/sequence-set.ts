/** How many sequences share a block. */
const blockLength = 4096;

interface Block {
  readonly bits: Uint8Array;
  size: number;
}

/**
 * A set of writers' sequences, each of which takes a bit of a block. An outage may leave as many of them as the disk
 * holds events: as keys of a plain set they would take the memory that the disk was to spare.
 */
export class SequenceSet {
  readonly #blocks = new Map<string, Block>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(writer: string, sequence: number): void {
    const key = blockOf(writer, sequence);
    const block = this.#blocks.get(key) ?? { bits: new Uint8Array(blockLength / 8), size: 0 };
    const { byte, bit } = placeOf(sequence);
    if ((block.bits[byte]! & bit) !== 0) return;
    this.#blocks.set(key, block);
    block.bits[byte]! |= bit;
    block.size++;
    this.#size++;
  }

  delete(writer: string, sequence: number): void {
    const key = blockOf(writer, sequence);
    const block = this.#blocks.get(key);
    const { byte, bit } = placeOf(sequence);
    if (block === undefined || (block.bits[byte]! & bit) === 0) return;
    block.bits[byte]! &= ~bit;
    this.#size--;
    if (--block.size === 0) this.#blocks.delete(key);
  }
}

function blockOf(writer: string, sequence: number): string {
  return `${writer} ${Math.floor(sequence / blockLength)}`;
}

function placeOf(sequence: number) {
  const place = sequence % blockLength;
  return { byte: place >> 3, bit: 1 << (place & 7) };
}
