import type { Chance } from './world/chance.ts';
import { healthyRedis } from './world/redis.ts';
import { healthyDisk } from './world/spool-files.ts';
import { healthyStream } from './world/stream.ts';
import type { World } from './world/world.ts';

/** Something that goes wrong for a while. */
export interface SimulatedFault {
  readonly name: string;
  begin(world: World, chance: Chance): void;
  end(world: World): void;
}

/** All of them; a seed has some of these, so that now and then one meets a system that suffers nothing else. */
export const simulatedFaults: readonly SimulatedFault[] = [
  {
    name: 'the disk is slow',
    begin: ({ drive }, chance) => {
      drive.faults.operationMsMax = chance.pick([30, 400]);
    },
    end: ({ drive }) => {
      drive.faults.operationMsMax = healthyDisk.operationMsMax;
    },
  },
  {
    name: 'writes are short',
    begin: ({ drive }) => {
      drive.faults.shortWrites = 0.7;
    },
    end: ({ drive }) => {
      drive.faults.shortWrites = healthyDisk.shortWrites;
    },
  },
  {
    name: 'the disk is full',
    begin: ({ drive }, chance) => {
      drive.disk.freeBytes = chance.int(3_000);
    },
    end: ({ drive }) => {
      drive.disk.freeBytes = Number.POSITIVE_INFINITY;
    },
  },
  {
    name: 'syncs fail',
    begin: ({ drive }, chance) => {
      drive.faults.syncFailures = chance.pick([0.1, 0.5, 1]);
    },
    end: ({ drive }) => {
      drive.faults.syncFailures = 0;
    },
  },
  {
    name: 'writes fail',
    begin: ({ drive }, chance) => {
      drive.faults.writeFailures = chance.pick([0.1, 1]);
    },
    end: ({ drive }) => {
      drive.faults.writeFailures = 0;
    },
  },
  ...(['refusals', 'denials', 'silences', 'lostReplies', 'recordFailures', 'throttling'] as const).map(
    (fault): SimulatedFault => ({
      name: `the event stream has ${fault}`,
      begin: ({ eventStream }, chance) => {
        eventStream.faults[fault] = chance.pick([0.3, 1]);
      },
      end: ({ eventStream }) => {
        eventStream.faults[fault] = 0;
      },
    }),
  ),
  {
    name: 'the event stream is slow',
    begin: ({ eventStream }) => {
      eventStream.faults.answerMsMax = 900;
    },
    end: ({ eventStream }) => {
      eventStream.faults.answerMsMax = healthyStream.answerMsMax;
    },
  },
  ...(['failures', 'lostReplies'] as const).map(
    (fault): SimulatedFault => ({
      name: `the tables have ${fault}`,
      begin: ({ eventStore, table }, chance) => {
        eventStore.faults[fault] = table.faults[fault] = chance.pick([0.02, 0.2]);
      },
      end: ({ eventStore, table }) => {
        eventStore.faults[fault] = table.faults[fault] = 0;
      },
    }),
  ),
  ...(['crashes', 'replays'] as const).map(
    (fault): SimulatedFault => ({
      name: `the Lambdas have ${fault}`,
      begin: ({ consumer, updater }) => {
        consumer.faults[fault] = updater.faults[fault] = 0.5;
      },
      end: ({ consumer, updater }) => {
        consumer.faults[fault] = updater.faults[fault] = 0;
      },
    }),
  ),
  {
    name: 'Redis is away',
    begin: ({ redis, trackers }) => {
      redis.faults.away = true;
      for (const { link } of trackers.values()) link.reset();
    },
    end: ({ redis }) => {
      redis.faults.away = false;
    },
  },
  {
    name: 'Redis answers late',
    begin: ({ redis }) => {
      redis.faults.lateAnswers = 0.5;
    },
    end: ({ redis }) => {
      redis.faults.lateAnswers = 0;
    },
  },
  {
    name: 'announcements are lost',
    begin: ({ redis }) => {
      redis.faults.swallowed = 0.5;
    },
    end: ({ redis }) => {
      redis.faults.swallowed = 0;
    },
  },
  {
    name: 'announcements are late',
    begin: ({ redis }) => {
      redis.faults.announcedMsMax = 1_500;
    },
    end: ({ redis }) => {
      redis.faults.announcedMsMax = healthyRedis.announcedMsMax;
    },
  },
];
