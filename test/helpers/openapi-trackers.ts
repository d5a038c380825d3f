import type { ProgramLookup } from '@trackline/domain/decide';
import { buildConsentReader, type ConsentReader } from '@trackline/tracker/consent/signals';
import { limits } from '@trackline/tracker/limits';
import { afterAll, beforeAll } from 'vitest';
import { headersTimeoutMs, requestTimeoutMs } from './attacked-tracker.ts';
import { FakeClock } from './fake-clock.ts';
import { type Kind, kinds, type ProvingCall } from './openapi-calls.ts';
import { RawConnection, type RawReply } from './raw-http.ts';
import { ScriptedSpool } from './scripted-spool.ts';
import { buildTracker, GivenPrograms, program, type TestTracker, type TrackerOverrides } from './tracker.ts';
import { until } from './until.ts';

/** Programs, of which one makes the tracker fail. */
class ProvingPrograms extends GivenPrograms {
  constructor() {
    super([
      program(),
      program({ id: 'paused', status: 'paused' }),
      program({ id: 'keyed', signingKeyIds: ['k1'] }),
    ]);
    this.set('unknowable', { kind: 'unknowable' });
  }

  override lookup(id: string): ProgramLookup | Promise<ProgramLookup> {
    if (id === 'broken') throw new Error('The program cache is broken, on purpose.');
    return super.lookup(id);
  }
}

/** Reads consent as ever, and fails where it is told to: outside of what a call's own answer covers. */
function failingConsent(): ConsentReader {
  const reader = buildConsentReader({ vendorId: null });
  return {
    read(strings, headers) {
      if (strings.gpp === 'fails') throw new Error('Consent can’t be read, on purpose.');
      return reader.read(strings, headers);
    },
  };
}

function overridesOf(kind: Kind): TrackerOverrides {
  const programs = new ProvingPrograms();
  if (kind === 'hasty') {
    return { programs, limits: { headersTimeoutMs, requestTimeoutMs, timeoutsCheckedEveryMs: 50 } };
  }
  if (kind === 'full') return { programs, limits: { bodyBytesHeldMax: 1 } };
  if (kind === 'overloaded' || kind === 'unconfirmed') {
    const spool = new ScriptedSpool();
    if (kind === 'unconfirmed') spool.outcome = () => 'unconfirmed';
    else spool.queuedBytes = limits.overloadQueueBytesHigh;
    return { programs, spool };
  }
  if (kind === 'limited') {
    // By this clock no second ever passes.
    return {
      programs,
      clock: new FakeClock(),
      settings: { rates: { programPerSecond: 1, addressPerSecond: 0 } },
    };
  }
  return { programs, consent: failingConsent(), settings: { acceptsUnverified: false } };
}

/** The trackers that together give every answer that there is, for a file of tests. */
export function provingTrackers() {
  const trackers = new Map<Kind, TestTracker>();

  beforeAll(async () => {
    for (const kind of kinds) {
      trackers.set(kind, await buildTracker(overridesOf(kind), true, afterAll));
    }
    // What there is to spend is spent.
    await fetch(`${trackers.get('limited')!.url}/v1/impression/aurora-shoes`);
  });

  return {
    usual: () => trackers.get('usual')!,

    /** Makes a call. Resolves with the answer, null where the connection ended without one. */
    async make({ to, packets }: ProvingCall): Promise<RawReply | null> {
      const { tracker, url } = trackers.get(to)!;
      let bytesRead = () => 0;
      tracker.publicServer.server.once('connection', (socket) => (bytesRead = () => socket.bytesRead));
      const connection = await RawConnection.open(url);
      try {
        let sent = 0;
        for (const [index, packet] of packets.entries()) {
          // One packet is one read of the parser's only if the one before is gone.
          if (index > 0) await until('the packet to be read', () => bytesRead() >= sent);
          void connection.send(packet);
          sent += Buffer.byteLength(packet, 'latin1');
        }
        return await connection.reply();
      } finally {
        connection.close();
      }
    },
  };
}
