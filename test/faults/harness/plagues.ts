import type { Random } from '@trackline/domain/clock';
import { type Intervention, startAwsProxy } from '../../helpers/aws-proxy.ts';
import type { System } from './system.ts';
import type { TrackerChild } from './tracker-child.ts';

/** Something bad that lasts for a while. */
export interface Plague {
  readonly name: string;
  begin(): unknown;
  end(): unknown;
}

/** A proxy before a service of AWS's, which is well until it is told otherwise. */
export interface ServiceProxy {
  readonly endpoint: string;
  treat: (operation: string) => Intervention;
  close(): Promise<void>;
}

export async function startServiceProxy(behind: string): Promise<ServiceProxy> {
  const proxy = await startAwsProxy(behind, (operation) => service.treat(operation));
  const service: ServiceProxy = { ...proxy, treat: well };
  return service;
}

const well = () => null;

/** What may befall the stream, as trackers see it. */
export function streamPlagues(stream: ServiceProxy): Plague[] {
  const as = (name: string, treated: Intervention): Plague => ({
    name: `the stream ${name}`,
    begin: () => {
      stream.treat = (operation) => (operation === 'PutRecords' ? treated : null);
    },
    end: () => {
      stream.treat = well;
    },
  });
  const refusal = { status: 500, body: { __type: 'InternalFailure', message: 'The proxy says so.' } };
  return [
    as('refuses', refusal),
    as('never answers', 'hang'),
    as('takes records, and the answer is lost', 'dropReply'),
  ];
}

/** What may befall the consumers, and the tables behind them. */
export function consumerPlagues({ consumers }: System, tables: ServiceProxy, random: Random): Plague[] {
  const __type = 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException';
  const throttled = { status: 400, body: { __type, message: 'The proxy says so.' } };
  return [
    {
      name: 'the consumers are killed',
      begin: () => consumers.kill(),
      end: () => consumers.start({ dynamodbEndpoint: tables.endpoint }),
    },
    {
      name: 'the tables throttle every other call',
      begin: () => {
        tables.treat = () => (random() < 0.5 ? throttled : null);
      },
      end: () => {
        tables.treat = well;
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
