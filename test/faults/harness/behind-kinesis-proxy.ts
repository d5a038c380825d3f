import { KinesisProxy } from '../../helpers/kinesis-proxy.ts';
import type { ShardRate } from '../../helpers/shard-rates.ts';
import type { FaultSurroundings } from '../fault.ts';
import { type System, withSystem } from './system.ts';
import { heapProbe, type TrackerChild } from './tracker-child.ts';

export interface BehindProxyOptions {
  readonly shards?: number;
  /** Of each shard; without, it takes what comes. */
  readonly rate?: ShardRate;
  readonly programs?: number;
}

export interface BehindProxy {
  readonly system: System;
  /** Between the tracker and Kinesis; the consumers read past it. */
  readonly proxy: KinesisProxy;
  /** It runs, and tells of its heap. */
  readonly tracker: TrackerChild;
}

/** A system whose one tracker reaches Kinesis through a proxy that can break what passes. */
export function behindKinesisProxy<T>(
  surroundings: FaultSurroundings,
  { shards = 2, rate, programs }: BehindProxyOptions,
  body: (parts: BehindProxy) => Promise<T>,
): Promise<T> {
  return withSystem(surroundings, { shards, ...(programs && { programs }) }, async (system) => {
    const proxy = await KinesisProxy.open(system.place.kinesisEndpoint, {
      random: system.random,
      shards,
      ...(rate && { rate }),
    });
    try {
      const tracker = system.tracker({ AWS_ENDPOINT_URL_KINESIS: proxy.url, ...heapProbe });
      await tracker.start();
      return await body({ system, proxy, tracker });
    } finally {
      await proxy.close();
    }
  });
}
