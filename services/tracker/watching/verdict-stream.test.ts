import { Writable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { expectHarmless } from '../../../test/helpers/hostile-text.ts';
import { VerdictRing } from './verdict-ring.ts';
import { streamVerdicts } from './verdict-stream.ts';

/** A response whose reader takes a piece when the test says so. */
class SlowResponse extends Writable {
  /** What was written, and has come to the reader or is on its way to it. */
  readonly pieces: string[] = [];
  #taken: () => void = () => {};

  constructor() {
    super({ highWaterMark: 1 });
  }

  writeHead(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.pieces.push(chunk.toString());
    this.#taken = done;
  }

  take(): void {
    this.#taken();
  }
}

test('a reader that does not keep up misses verdicts, and costs no memory meanwhile', async () => {
  const clock = new FakeClock();
  const ring = new VerdictRing(clock, { verdictRingEntriesMax: 3, verdictsShownPerSecondMax: 100 });
  const response = new SlowResponse();
  const reply = { raw: response, hijack() {} } as unknown as FastifyReply;
  const stream = streamVerdicts(ring, clock, { verdictReadersMax: 1, verdictsPushedEveryMs: 10 });
  const note = (messageId: string) => ring.note('impression', 'a', null, messageId);

  note('first');
  stream({} as FastifyRequest, reply);
  const pendingBytes = response.writableLength;
  for (let i = 2; i <= 9; i++) {
    note(`number-${i}`);
    await clock.advance(10);
  }
  expect(response.writableLength).toBe(pendingBytes);
  response.take();
  await clock.advance(10);
  response.take();
  expect(response.pieces).toHaveLength(2);
  expect(response.pieces[0]).toContain('first');
  expect(response.pieces[1]!.match(/number-\d/g)).toEqual(['number-7', 'number-8', 'number-9']);
  response.destroy();
});

test('what callers wrote does nothing to the terminal of who reads', () => {
  const clock = new FakeClock();
  const ring = new VerdictRing(clock, { verdictRingEntriesMax: 3, verdictsShownPerSecondMax: 100 });
  const response = new SlowResponse();
  const reply = { raw: response, hijack() {} } as unknown as FastifyReply;
  ring.note('impression', '\u009b2J\u202e\u2028\n\ndata: {}', 'id_malformed', '');
  streamVerdicts(ring, clock, { verdictReadersMax: 1, verdictsPushedEveryMs: 10 })(
    {} as FastifyRequest,
    reply,
  );
  const [piece] = response.pieces;
  expectHarmless(piece!);
  expect(piece).toContain('"programId":"\\u009b2J\\u202e\\u2028\\n\\ndata: {}"');
  response.destroy();
});
