/** Every bound of the command line, with its unit in its name. */
export const limits = Object.freeze({
  putTimeoutMs: 5_000,

  /** A file of core-data updates is held in memory while it is checked. */
  importBytesMax: 256 * 1024 * 1024,
  /** So many bad entries are named one by one, the rest by their number. */
  badEntriesNamedMax: 100,

  /** Reads under way at a time. */
  tableReadsMax: 16,
  storeReadsMax: 16,
  /** So many of the programs that are waited for are asked after at a time. */
  storeAskedMax: 64,
  storeCommandTimeoutMs: 1_000,
  storePollMinMs: 20,
  storePollMaxMs: 250,

  /** Of a link: what the tracker takes of a URL, and of a sub-id (docs/guides/http.md). */
  linkBytesMax: 8 * 1024,
  subIdBytesMax: 256,

  /** Events or orders. */
  rowsShownMax: 10_000,
  /** Hours of a day that are counted at a time. */
  hoursReadMax: 4,
  /** Dead letters under way at a time; a stream that takes nothing for so long takes none. */
  replaysAtOnce: 8,
  replayGiveUpMs: 10_000,
  /** Records a second, unless chosen, and at most: what one shard takes is for the trackers first. */
  replaysPerSecond: 500,
  replaysPerSecondMax: 100_000,
  hexBytesShown: 4 * 1024,
  /** Of what a dead letter decodes to. */
  partsShown: 20,
  partCharsShown: 4 * 1024,
  /** So many gaps of one writer are named in a table, the rest by their number. */
  gapsNamedMax: 10,
});
