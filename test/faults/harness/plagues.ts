import type { DynamoDbProxy } from '../../helpers/dynamodb-proxy.ts';
import type { KinesisProxy, KinesisTreatment } from '../../helpers/kinesis-proxy.ts';
import type { System } from './system.ts';
import type { TrackerChild } from './tracker-child.ts';

/** Something bad that lasts for a while. */
export interface Plague {
  readonly name: string;
  begin(): unknown;
  end(): unknown;
}

/** What may befall the stream, as trackers see it. */
export function streamPlagues(stream: KinesisProxy): Plague[] {
  const as = (name: string, treatment: KinesisTreatment): Plague => ({
    name: `the stream ${name}`,
    begin: () => {
      stream.treat = () => treatment;
    },
    end: () => {
      stream.treat = () => 'forward';
    },
  });
  return [
    as('refuses', { error: 'InternalFailure', status: 500 }),
    as('never answers', 'hang'),
    as('takes records, and the answer is lost', 'dropReply'),
  ];
}

/** What may befall the consumers, and the tables behind them. */
export function consumerPlagues({ consumers, random }: System, tables: DynamoDbProxy): Plague[] {
  const throttled = { error: 'ProvisionedThroughputExceededException' };
  return [
    {
      name: 'the consumers are killed',
      begin: () => consumers.kill(),
      end: () => consumers.start({ dynamodbEndpoint: tables.url }),
    },
    {
      name: 'the tables throttle every other call',
      begin: () => {
        tables.treat = () => (random() < 0.5 ? throttled : 'forward');
      },
      end: () => {
        tables.treat = () => 'forward';
      },
    },
  ];
}

/** What may befall Redis. */
export function redisPlagues(system: System): Plague[] {
  const redis = system.realRedis();
  return [
    {
      name: 'Redis is killed',
      begin: () => redis.kill(),
      async end() {
        await redis.restart();
        await system.consumers.rebuild();
      },
    },
    { name: 'Redis stands still', begin: () => redis.freeze(), end: () => redis.thaw() },
  ];
}

/** What may befall a tracker that comes again. */
export function trackerPlagues(tracker: TrackerChild): Plague[] {
  const start = () => tracker.start({ untilReady: false });
  return [
    { name: 'a tracker is killed', begin: () => tracker.kill(), end: start },
    { name: 'a tracker is told to end', begin: () => tracker.terminate(), end: start },
    { name: 'a tracker stands still', begin: () => tracker.freeze(), end: () => tracker.thaw() },
  ];
}
