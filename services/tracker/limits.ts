import { identifierLengthMax } from '@trackline/domain/identifier';
import { frameOverheadBytes } from './shipping/disk/segment-format.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/**
 * Every bound of the tracker that is not an operator's to choose, with its unit in its name. What an operator
 * may choose stands in config.ts; `contradictions` tells when the two, or bounds among themselves, make no
 * sense together.
 */
export const limits = Object.freeze({
  // What a call may hold.
  idLengthMax: identifierLengthMax,
  urlBytesMax: 8 * KiB,
  headerBytesMax: 16 * KiB,
  /** Where the parser itself gives up: beyond what we measure and answer ourselves. */
  parserBytesMax: 25 * KiB,
  eventBodyBytesMax: 16 * KiB,
  batchBodyBytesMax: 1 * MiB,
  /** In how many pieces a body may come: one for each chunk, or packet. */
  bodyPiecesMax: 8 * KiB,
  /** What a piece costs besides its bytes, while it is held. */
  bodyPieceOverheadBytes: 384,
  /** All bodies that are still on their way, together. */
  bodyBytesHeldMax: 256 * MiB,
  batchEventsMax: 500,
  /** Values, lists and objects of JSON: of one event, which has some 70 when all is said, and of a batch. */
  eventValuesMax: 256,
  batchValuesMax: 64 * KiB,
  /** Of one event: beyond, sub-ids are refused, and free parameters left out. */
  subIdsMax: 32,
  freeParamsMax: 16,
  paramBytesMax: 256,
  /** How far the time of an idempotency key may be from ours. */
  keyAgeMaxMs: 24 * 3_600_000,
  keyAheadMaxMs: 5 * 60_000,
  /** Of our proxies before a call, as X-Forwarded-For names them. */
  proxyHopsMax: 16,
  userAgentCharsMax: 512,
  referrerCharsMax: 1024,

  // What is remembered of callers.
  userAgentsMax: 10_000,
  /** Programs and addresses whose calls are counted, where their rate is limited. */
  rateBucketsMax: 100_000,

  // How long a connection may take, and how many there may be.
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  timeoutsCheckedEveryMs: 500,
  /** Longer than the idle time-out of a usual load balancer (60 s), so that it is not us who close first. */
  keepAliveTimeoutMs: 65_000,
  /**
   * How long a refused connection is kept, so that what is still coming in does not reset the answer away.
   */
  refusedLingerMs: 500,
  connectionsMax: 20_000,
  /** How often a closing server looks for connections that have become idle. */
  idleSweptEveryMs: 50,

  // Overload: from the high mark on calls are shed, and taken again from the low one on.
  /** Bytes of events that wait for the disk. */
  overloadQueueBytesHigh: 8 * MiB,
  overloadQueueBytesLow: 4 * MiB,
  /**
   * How late the event loop is: all ticks of a window are, while it had something to do for so much of the time. A call
   * waits for as long as a turn takes, and a few turns pass until this is seen.
   */
  overloadLoopDelayMsHigh: 50,
  overloadLoopDelayMsLow: 25,
  overloadLoopUsePercent: 95,
  overloadWindowMs: 80,
  overloadTickEveryMs: 10,

  // The spool.
  spoolSegmentBytes: 16 * MiB,
  /** What goes to the disk in one write. */
  spoolGroupBytesMax: 4 * MiB,
  /** Events that wait for the disk; beyond, the spool is full, whatever room the disk has. */
  spoolQueueBytesMax: 32 * MiB,
  /** Events on the disk that are also kept in memory for the sender; beyond, it reads them from the disk. */
  spoolLiveBytesMax: 32 * MiB,
  spoolReadBytes: 1 * MiB,
  /** A segment that could not be read so often is passed over until the next start. */
  spoolReadTriesMax: 10,
  /** Events that were read and wait for the sender, per writer. */
  spoolReadAheadBytesMax: 4 * MiB,
  /** A segment of which everything is sent is left for a new one at this age. */
  spoolSegmentAgeMs: 10_000,
  /** How often a disk that failed is tried again. */
  spoolProbeEveryMs: 1_000,
  /** How full the spool is when a person is told, and when others should be called instead. */
  spoolAlarmPercent: 70,
  spoolUnreadyPercent: 90,
  /** How long a call waits for the event stream, where it is to confirm the event. */
  confirmTimeoutMs: 2_000,
  /**
   * One encoded event. The largest that a call can make takes 23 KiB: 4 are its landing URL (http/redirect/location.ts
   * bounds it), 14 its parameters, 3 its user agent and referrer. The rest is room to grow.
   */
  eventBytesMax: 32 * KiB,
  /** What an event in memory costs besides its bytes; measured on Node 20 and 26: 190. */
  eventOverheadBytes: 256,

  // The sender.
  sendLingerMs: 50,
  aggregateBytesMax: 128 * KiB,
  putRecordsMax: 500,
  /** Kinesis takes 5 MiB; a smaller call blocks the loop for a shorter time while it is encoded. */
  putBytesMax: 1 * MiB,
  putCallsMax: 4,
  putTimeoutMs: 2_000,
  /** Taken from the spool and not yet on the stream: under way, or waiting to be sent again. */
  heldAggregatesMax: 2_000,
  heldBytesMax: 32 * MiB,
  retryBaseMs: 100,
  retryMaxMs: 10_000,
  /** Of what is only throttled, on average: a shard's rate is counted by the second. */
  throttledRestMs: 500,
  /** While draining, time is short. */
  drainRetryMaxMs: 1_000,

  // The end. What it takes together is `drainMsMax`.
  /**
   * How long calls that are under way when the drain's time is over are heard out; the stream answers in far
   * less, or not at all.
   */
  lastPutsMs: 2_000,
  finalStatementMs: 2_000,
  /**
   * How long a drain goes on while nothing gets onto the stream, and the disk keeps what is unsent: one whole
   * attempt, with the longest rest before it, is enough for a stream that is well.
   */
  drainStalledMs: 3_500,
  drainLookEveryMs: 100,
  /** How long connections may take to close when nothing depends on them any more. */
  closeMs: 500,

  // The program store.
  storePollEveryMs: 1_000,
  /** By then a change is known whose announcement was lost, as long as Redis answers. */
  lostAnnouncementMsMax: 4_000,
  linkPingEveryMs: 1_000,
  linkPingTimeoutMs: 1_000,
  negativeEntriesMax: 10_000,
  fetchesMax: 1_000,

  // A cluster of workers.
  /** Between a crash and the next worker in its place: at first, and at most. */
  workerRestBaseMs: 100,
  workerRestMaxMs: 5_000,
  /** So many crashes within the window, and the cluster ends. */
  workerCrashesMax: 5,
  workerCrashWindowMs: 60_000,
  /** How long a worker may take to be ready that is to take over from another. */
  workerReadyMs: 30_000,
  workerLooksEveryMs: 50,
  /** How much longer than the phases of its drain a worker may take to end; then it is killed. */
  workerOverdueMs: 500,
  /** How long the admin port waits for a worker. */
  workerAnswerMs: 1_000,

  // What an operator sees.
  verdictRingEntriesMax: 200,
  verdictsShownPerSecondMax: 100,
  verdictReadersMax: 16,
  verdictsPushedEveryMs: 250,
});

export type Limits = { readonly [K in keyof typeof limits]: number };

/**
 * What Kinesis takes in one call of PutRecords, and in one record ("Quotas and limits", Amazon Kinesis Data
 * Streams Developer Guide).
 */
const kinesis = { putRecordsMax: 500, putBytesMax: 5 * MiB, recordBytesMax: 1 * MiB };

/** How long a task on Fargate may take to end, at most ("ContainerDefinition", Amazon ECS API Reference). */
const ecs = { stopTimeoutMsMax: 120_000 };

/** The bounds that an operator chooses and others depend on, by the names of their variables (config.ts). */
export type ChosenBounds = Readonly<
  Record<
    | 'TRACKLINE_SPOOL_BYTES'
    | 'TRACKLINE_DRAIN_DELAY_MS'
    | 'TRACKLINE_DRAIN_TIMEOUT_MS'
    | 'TRACKLINE_STATEMENT_EVERY_MS'
    | 'TRACKLINE_PROGRAM_CACHE_TTL_MS'
    | 'TRACKLINE_NEGATIVE_CACHE_TTL_MS'
    | 'TRACKLINE_REDIS_TIMEOUT_MS',
    number
  >
>;

/**
 * How long a tracker takes from the signal to its end, at most: all the phases of a drain (drain.ts), and the
 * closing of its connections. Whoever ends it has to wait for so long.
 */
export function drainMsMax(
  { lastPutsMs, finalStatementMs, closeMs }: Pick<Limits, 'lastPutsMs' | 'finalStatementMs' | 'closeMs'>,
  chosen: Pick<ChosenBounds, 'TRACKLINE_DRAIN_DELAY_MS' | 'TRACKLINE_DRAIN_TIMEOUT_MS'>,
): number {
  const { TRACKLINE_DRAIN_DELAY_MS: delayMs, TRACKLINE_DRAIN_TIMEOUT_MS: timeoutMs } = chosen;
  return delayMs + timeoutMs + lastPutsMs + finalStatementMs + closeMs;
}

/**
 * How long a lost announcement may go unnoticed: two polls (a counter that is ahead gets one more,
 * coherence.ts), their jitter of a tenth, and the answers to both and to the two reads of a program that
 * follow.
 */
function lostAnnouncementNoticedMs(
  { storePollEveryMs }: Pick<Limits, 'storePollEveryMs'>,
  { TRACKLINE_REDIS_TIMEOUT_MS: timeoutMs }: Pick<ChosenBounds, 'TRACKLINE_REDIS_TIMEOUT_MS'>,
): number {
  return Math.ceil(2 * 1.1 * storePollEveryMs + 4 * timeoutMs);
}

/** The relations that do not hold, each as a line that names both sides; none when all is well. */
export function contradictions(bounds: Limits, chosen: ChosenBounds): string[] {
  const found: string[] = [];
  const values: Record<string, number> = {
    ...bounds,
    ...chosen,
    percentMax: 100,
    spoolFrameBytesMax: bounds.eventBytesMax + frameOverheadBytes,
    ...prefixed('kinesis', kinesis),
    ...prefixed('ecs', ecs),
    drainMsMax: drainMsMax(bounds, chosen),
    drainAttemptMs: bounds.drainRetryMaxMs + bounds.putTimeoutMs,
    lostAnnouncementNoticedMs: lostAnnouncementNoticedMs(bounds, chosen),
  };
  const atMost = (smaller: string, larger: string, why: string) => {
    if (!(values[smaller]! <= values[larger]!)) {
      found.push(`${smaller} (${values[smaller]}) must be at most ${larger} (${values[larger]}): ${why}`);
    }
  };
  for (const [name, value] of Object.entries(bounds)) {
    if (!(Number.isSafeInteger(value) && value > 0)) found.push(`${name} must be a positive whole number`);
  }
  const parsed = bounds.urlBytesMax + bounds.headerBytesMax;
  if (parsed >= bounds.parserBytesMax) {
    found.push(
      `parserBytesMax (${bounds.parserBytesMax}) must be over urlBytesMax + headerBytesMax (${parsed})`,
    );
  }
  atMost('idLengthMax', 'urlBytesMax', 'an id travels in the URL');
  atMost('eventBodyBytesMax', 'batchBodyBytesMax', 'a batch holds an event');
  atMost('batchBodyBytesMax', 'bodyBytesHeldMax', 'there must be room for a batch');
  atMost('eventValuesMax', 'batchValuesMax', 'a batch holds an event');
  atMost('batchEventsMax', 'batchValuesMax', 'an event is a value');
  atMost('paramBytesMax', 'eventBodyBytesMax', 'a parameter is a part of an event');
  atMost('timeoutsCheckedEveryMs', 'headersTimeoutMs', 'a time-out is only as fine as its check');
  atMost('headersTimeoutMs', 'requestTimeoutMs', 'the headers are a part of the request');
  atMost('requestTimeoutMs', 'keepAliveTimeoutMs', 'an idle connection is cheaper than a slow call');

  atMost('overloadQueueBytesLow', 'overloadQueueBytesHigh', 'an overload ends below where it begins');
  atMost('overloadQueueBytesHigh', 'spoolQueueBytesMax', 'calls are shed before the queue is full');
  atMost('overloadLoopDelayMsLow', 'overloadLoopDelayMsHigh', 'an overload ends below where it begins');
  atMost('overloadLoopUsePercent', 'percentMax', 'a loop has no more time than there is');
  atMost('overloadTickEveryMs', 'overloadWindowMs', 'a window holds ticks');
  atMost('overloadLoopDelayMsHigh', 'requestTimeoutMs', 'calls are shed before they run out of their time');

  atMost('eventBytesMax', 'aggregateBytesMax', 'an event travels in one aggregate');
  atMost('aggregateBytesMax', 'putBytesMax', 'an aggregate travels in one call');
  atMost('aggregateBytesMax', 'kinesis.recordBytesMax', 'an aggregate is one record');
  atMost('putBytesMax', 'kinesis.putBytesMax', 'Kinesis refuses a larger call');
  atMost('putRecordsMax', 'kinesis.putRecordsMax', 'Kinesis refuses a larger call');
  atMost('putBytesMax', 'heldBytesMax', 'the sender must be able to hold one call');
  atMost('putRecordsMax', 'heldAggregatesMax', 'the sender must be able to hold one call');
  atMost('kinesis.putBytesMax', 'TRACKLINE_SPOOL_BYTES', 'the spool must hold one put call');
  atMost('spoolGroupBytesMax', 'spoolSegmentBytes', 'a group is in one segment');
  atMost('spoolGroupBytesMax', 'spoolQueueBytesMax', 'a group waits before it is written');
  atMost('spoolFrameBytesMax', 'spoolReadBytes', 'a frame is read whole');
  atMost('spoolFrameBytesMax', 'spoolGroupBytesMax', 'a group holds a frame');
  atMost('spoolReadBytes', 'spoolReadAheadBytesMax', 'what is read must find room');
  atMost('spoolReadBytes', 'spoolSegmentBytes', 'a segment is read in pieces');
  atMost('putBytesMax', 'spoolReadAheadBytesMax', 'the sender must be able to fill a call');
  atMost('putBytesMax', 'spoolLiveBytesMax', 'the sender must be able to fill a call');
  atMost('spoolAlarmPercent', 'spoolUnreadyPercent', 'a person is told before calls go elsewhere');
  atMost('spoolUnreadyPercent', 'percentMax', 'calls go elsewhere before the spool is full');
  atMost('confirmTimeoutMs', 'requestTimeoutMs', 'who waits for the stream still gets an answer');

  atMost('sendLingerMs', 'requestTimeoutMs', 'lingering is meant to be short');
  atMost('sendLingerMs', 'putTimeoutMs', 'lingering is meant to be short');
  atMost('sendLingerMs', 'TRACKLINE_STATEMENT_EVERY_MS', 'a statement must not overtake its events for long');
  atMost('retryBaseMs', 'drainRetryMaxMs', 'a back-off grows from its base');
  atMost('drainRetryMaxMs', 'retryMaxMs', 'a drain is in a hurry');
  atMost('throttledRestMs', 'drainRetryMaxMs', 'a drain is in a hurry');
  atMost('putTimeoutMs', 'TRACKLINE_DRAIN_TIMEOUT_MS', 'a drain must hear what became of its last call');

  atMost('drainAttemptMs', 'drainStalledMs', 'a drain gives the stream one whole attempt');
  atMost('drainLookEveryMs', 'drainStalledMs', 'a drain looks whether something is sent');
  atMost('lastPutsMs', 'putTimeoutMs', 'a call is over by then');
  atMost(
    'drainMsMax',
    'ecs.stopTimeoutMsMax',
    'TRACKLINE_DRAIN_DELAY_MS and TRACKLINE_DRAIN_TIMEOUT_MS are parts of it, and then it is killed',
  );

  atMost('workerRestBaseMs', 'workerRestMaxMs', 'a rest grows from its base');
  atMost('workerRestMaxMs', 'workerCrashWindowMs', 'crashes are remembered for longer than a rest');
  atMost('workerLooksEveryMs', 'workerReadyMs', 'a worker looks whether it is ready');
  atMost('workerAnswerMs', 'requestTimeoutMs', 'who asks the admin port hears of a worker that is silent');

  atMost(
    'storePollEveryMs',
    'requestTimeoutMs',
    'a call waits for the program store, as long as a poll does',
  );
  atMost(
    'lostAnnouncementNoticedMs',
    'lostAnnouncementMsMax',
    'four times TRACKLINE_REDIS_TIMEOUT_MS is a part of it, and changes of programs are promised by then',
  );
  atMost(
    'TRACKLINE_REDIS_TIMEOUT_MS',
    'TRACKLINE_PROGRAM_CACHE_TTL_MS',
    'a program must not be old when it arrives',
  );
  atMost(
    'TRACKLINE_NEGATIVE_CACHE_TTL_MS',
    'TRACKLINE_PROGRAM_CACHE_TTL_MS',
    'what does not exist is believed for a shorter time than what does',
  );
  return found;
}

function prefixed(prefix: string, values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]));
}
