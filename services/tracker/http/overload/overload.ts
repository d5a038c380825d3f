import type { Clock } from '@trackline/domain/clock';
import type { Limits } from '../../limits.ts';
import type { SpoolIntake } from '../../shipping/spool.ts';
import { Hysteresis } from './hysteresis.ts';
import { LoopDelay } from './loop-delay.ts';

/**
 * What overload shows by. queue: more events wait for the disk than it will have kept soon. loop: the process has more
 * to do than it has time.
 */
export const overloadTriggers = ['queue', 'loop'] as const;
export type OverloadTrigger = (typeof overloadTriggers)[number];

export interface OverloadTelemetry {
  overloadBegan(event: {
    readonly trigger: OverloadTrigger;
    readonly queuedBytes: number;
    readonly loopDelayMs: number;
  }): void;
  overloadEnded(event: { readonly trigger: OverloadTrigger; readonly tookMs: number }): void;
}

export interface OverloadOptions {
  readonly spool: Pick<SpoolIntake, 'queuedBytes'>;
  readonly clock: Clock;
  /** How much of the time since it was asked last the event loop had something to do, 0 … 1. */
  readonly loopUse: () => number;
  readonly limits: Pick<
    Limits,
    | 'overloadQueueBytesHigh'
    | 'overloadQueueBytesLow'
    | 'overloadTickEveryMs'
    | 'overloadWindowMs'
    | 'overloadLoopDelayMsHigh'
    | 'overloadLoopDelayMsLow'
    | 'overloadLoopUsePercent'
  >;
  readonly telemetry: OverloadTelemetry;
}

/**
 * Whether the tracker has more to do than it can, so that calls are shed before they cost anything: a queue that
 * grows keeps everybody waiting, and then nobody is answered in time. Each trigger ends it later than it begins it, or
 * calls would be shed and taken in turns.
 */
export class Overload {
  readonly #options: OverloadOptions;
  readonly #switches: Readonly<Record<OverloadTrigger, Hysteresis>>;
  readonly #beganMs: Record<OverloadTrigger, number> = { queue: 0, loop: 0 };
  readonly #loop: LoopDelay;
  #loopDelayMs = 0;

  constructor(options: OverloadOptions) {
    const { clock, limits, loopUse } = options;
    this.#options = options;
    this.#switches = {
      queue: new Hysteresis(limits.overloadQueueBytesHigh, limits.overloadQueueBytesLow),
      loop: new Hysteresis(limits.overloadLoopDelayMsHigh, limits.overloadLoopDelayMsLow),
    };
    this.#loop = new LoopDelay({
      clock,
      limits,
      loopUse,
      onTick: (delayMs) => {
        this.#loopDelayMs = delayMs;
        this.#see('loop', delayMs);
        // Where nobody calls any more, its end would not be seen otherwise.
        this.#see('queue', options.spool.queuedBytes);
      },
    });
  }

  /** Begins to watch the loop. */
  start(): void {
    this.#loop.start();
  }

  stop(): void {
    this.#loop.stop();
  }

  /** Asked for every call: looks at the queue as it is now, and at the loop as it was at its last tick. */
  get lasts(): boolean {
    this.#see('queue', this.#options.spool.queuedBytes);
    return this.#switches.queue.isOn || this.#switches.loop.isOn;
  }

  by(trigger: OverloadTrigger): boolean {
    return this.#switches[trigger].isOn;
  }

  #see(trigger: OverloadTrigger, value: number): void {
    if (this.#switches[trigger].see(value)) this.#tell(trigger);
  }

  #tell(trigger: OverloadTrigger): void {
    const { clock, spool, telemetry } = this.#options;
    const nowMs = clock.monotonicMs();
    if (this.#switches[trigger].isOn) {
      this.#beganMs[trigger] = nowMs;
      const loopDelayMs = Math.round(this.#loopDelayMs);
      telemetry.overloadBegan({ trigger, queuedBytes: spool.queuedBytes, loopDelayMs });
    } else {
      telemetry.overloadEnded({ trigger, tookMs: Math.round(nowMs - this.#beganMs[trigger]) });
    }
  }
}
