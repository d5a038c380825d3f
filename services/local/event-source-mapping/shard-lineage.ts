import type { Shard } from './shard-reader.ts';

/**
 * Whose turn it is among a stream's shards: a shard that a split or a merge made is read after its parents
 * are read to their ends, so that the records of one partition key keep their order. A parent that the stream
 * does not keep any more holds up nobody.
 */
export class ShardLineage {
  #listed: readonly Shard[] = [];
  readonly #begun = new Set<string>();
  readonly #ended = new Set<string>();

  /** Takes a new listing of the stream. Returns the shards that are to be read from now on, each once. */
  list(shards: readonly Shard[]): string[] {
    this.#listed = shards;
    const kept = new Set(shards.map(({ shardId }) => shardId));
    const next = shards.filter(
      ({ shardId, parents }) =>
        !this.#begun.has(shardId) && parents.every((parent) => this.#ended.has(parent) || !kept.has(parent)),
    );
    for (const { shardId } of next) this.#begun.add(shardId);
    return next.map(({ shardId }) => shardId);
  }

  /** This shard is read to its end. */
  end(shardId: string): void {
    this.#ended.add(shardId);
  }

  /**
   * Whether nothing is left of any shard that was listed. Of an open one `hasMore` says it; a closed one must
   * be read to its end, since an empty answer does not say that it is.
   */
  isDone(hasMore: (shardId: string) => boolean): boolean {
    return this.#listed.every(
      ({ shardId, closed }) => this.#ended.has(shardId) || (!closed && !hasMore(shardId)),
    );
  }
}
