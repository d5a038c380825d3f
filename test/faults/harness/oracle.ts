/**
 * What clients were told: the message ids of the calls that were answered "accepted". It is kept outside of
 * what a fault breaks, and compared with the event store at the end. An id takes 16 bytes of one array, and a
 * byte for whether it was found, so that millions are held.
 */
export class Oracle {
  /** Open addressing, four words an id; no message id is all zeros. */
  #words = new Uint32Array(4 * 1024);
  #found = new Uint8Array(1024);
  /** Found in the event store, and of no call that was answered. */
  readonly #strangers = new Set<string>();
  readonly #read = new Uint32Array(4);
  #accepted = 0;
  #unheard = 0;

  /** How many calls were answered "accepted". */
  get accepted(): number {
    return this.#accepted;
  }

  /** How many calls may be events or not, as far as their clients know. */
  get unheard(): number {
    return this.#unheard;
  }

  /**
   * A call was answered "accepted".
   *
   * @throws Error where another call was answered with the same message id
   */
  accept(messageId: string): void {
    if (this.#accepted >= this.#found.length / 2) this.#grow();
    readMessageId(messageId, this.#read);
    const slot = this.#slotOf(this.#read);
    if (this.#isTaken(slot)) throw new Error(`Two calls were answered with the message id ${messageId}.`);
    this.#words.set(this.#read, 4 * slot);
    this.#accepted++;
  }

  /** A call may have reached a tracker, and its client was not told "accepted". */
  noteUnheard(): void {
    this.#unheard++;
  }

  /** Begins a comparison anew. */
  forgetFound(): void {
    this.#found.fill(0);
    this.#strangers.clear();
  }

  /** The event store has an item of this id: the first, one more, or one that no client was told of. */
  find(messageId: string): 'first' | 'again' | 'stranger' {
    readMessageId(messageId, this.#read);
    const slot = this.#slotOf(this.#read);
    if (!this.#isTaken(slot)) {
      if (this.#strangers.has(messageId)) return 'again';
      this.#strangers.add(messageId);
      return 'stranger';
    }
    const isFirst = this.#found[slot] === 0;
    this.#found[slot] = 1;
    return isFirst ? 'first' : 'again';
  }

  /** The accepted ids that were not found. */
  *missing(): Generator<string> {
    for (let slot = 0; slot < this.#found.length; slot++) {
      if (this.#isTaken(slot) && this.#found[slot] === 0) {
        yield writeMessageId(this.#words.subarray(4 * slot, 4 * slot + 4));
      }
    }
  }

  #isTaken(slot: number): boolean {
    // The word with the version's bits is never 0.
    return this.#words[4 * slot + 1] !== 0;
  }

  /** Where an id is, or where it would be put. */
  #slotOf(id: Uint32Array): number {
    const mask = this.#found.length - 1;
    // Its last words are random.
    let slot = (id[3]! ^ id[2]!) & mask;
    while (this.#isTaken(slot) && !this.#holds(slot, id)) slot = (slot + 1) & mask;
    return slot;
  }

  #holds(slot: number, id: Uint32Array): boolean {
    const at = 4 * slot;
    const words = this.#words;
    return (
      words[at + 3] === id[3] && words[at + 2] === id[2] && words[at + 1] === id[1] && words[at] === id[0]
    );
  }

  #grow(): void {
    const words = this.#words;
    this.#words = new Uint32Array(2 * words.length);
    this.#found = new Uint8Array(2 * this.#found.length);
    for (let at = 0; at < words.length; at += 4) {
      if (words[at + 1] === 0) continue;
      const id = words.subarray(at, at + 4);
      this.#words.set(id, 4 * this.#slotOf(id));
    }
  }
}

/** @throws Error where the text has not the length of a message id */
function readMessageId(text: string, into: Uint32Array): void {
  if (text.length !== 36) throw new Error(`${text} is no message id.`);
  const hex = text.replaceAll('-', '');
  for (let word = 0; word < 4; word++) into[word] = Number.parseInt(hex.slice(8 * word, 8 * word + 8), 16);
}

function writeMessageId(words: Uint32Array): string {
  const hex = [...words].map((word) => word.toString(16).padStart(8, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
