import { randomFillSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeHeader,
  frameOverheadBytes,
  isOfAnotherVersion,
  parseFrames,
  readSegmentFile,
  saltOf,
  segmentFile,
  writeFrame,
} from './segment-format.ts';

const salt = saltOf('writer-1.00000001.0000000000000001.segment');
const payloadBytesMax = 1_000;

function frames(payloads: readonly Uint8Array[], first = 1): Buffer {
  const bytes = Buffer.alloc(payloads.reduce((sum, { length }) => sum + frameOverheadBytes + length, 0));
  let offset = 0;
  payloads.forEach((payload, index) => {
    offset = writeFrame(bytes, offset, salt, first + index, payload);
  });
  return bytes;
}

const randomPayload = () => randomFillSync(Buffer.alloc(1 + Math.floor(Math.random() * 80)));
const parsed = (bytes: Uint8Array, isWhole = true) => parseFrames(bytes, salt, payloadBytesMax, isWhole);
const sequences = (bytes: Uint8Array) => parsed(bytes).frames.map(({ sequence }) => sequence);

test('a file’s name says writer, ordinal and first sequence', () => {
  const name = { writer: '01a20e0f-cc06-75a7-8df9-fb7d4b6cb061', ordinal: 7, first: 2 ** 53 - 1 };
  expect(readSegmentFile(segmentFile(name))).toEqual(name);
  expect(readSegmentFile('lock')).toBeNull();
  expect(readSegmentFile(`${segmentFile(name)}.new`)).toBeNull();
});

describe('frames', () => {
  test('are read as they were written, with sequences beyond 32 bits', () => {
    const payloads = Array.from({ length: 5 }, randomPayload);
    const { frames: read, ...rest } = parsed(frames(payloads, 2 ** 32 - 2));
    expect(read.map(({ sequence }) => sequence - 2 ** 32)).toEqual([-2, -1, 0, 1, 2]);
    expect(read.map(({ payload }) => Buffer.from(payload))).toEqual(payloads);
    expect(rest).toMatchObject({ damagedStretches: 0, damagedBytes: 0, endsDamaged: false });
  });

  test('of another file are none', () => {
    const bytes = frames([randomPayload()]);
    expect(parseFrames(bytes, saltOf('another'), payloadBytesMax, true)).toMatchObject({
      frames: [],
      damagedStretches: 1,
      damagedBytes: bytes.length,
    });
  });

  test('read in pieces, wherever they are cut, are those of the whole', () => {
    const bytes = frames(Array.from({ length: 8 }, randomPayload));
    fc.assert(
      fc.property(fc.integer({ min: payloadBytesMax + 1, max: 2_000 }), (pieceBytes) => {
        const found: number[] = [];
        for (let offset = 0; offset < bytes.length; ) {
          const isWhole = offset + pieceBytes >= bytes.length;
          const { frames: read, consumed } = parsed(bytes.subarray(offset, offset + pieceBytes), isWhole);
          found.push(...read.map(({ sequence }) => sequence));
          offset += consumed;
        }
        expect(found).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      }),
    );
  });

  test('a flipped bit costs the frame that it is in, and no other', () => {
    const payloads = Array.from({ length: 6 }, randomPayload);
    const whole = frames(payloads);
    const ends = payloads.map((_, index) => frames(payloads.slice(0, index + 1)).length);
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const bytes = Buffer.from(whole);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      const hit = 1 + ends.findIndex((end) => bit >> 3 < end);
      expect(sequences(bytes)).toEqual([1, 2, 3, 4, 5, 6].filter((sequence) => sequence !== hit));
      expect(parsed(bytes)).toMatchObject({ damagedStretches: 1, endsDamaged: hit === 6 });
    }
  });

  test('a cut costs the frame that it is in, and those behind', () => {
    const payloads = Array.from({ length: 4 }, randomPayload);
    const whole = frames(payloads);
    const ends = payloads.map((_, index) => frames(payloads.slice(0, index + 1)).length);
    for (let length = 0; length <= whole.length; length++) {
      const kept = ends.filter((end) => end <= length).length;
      const { frames: read, endsDamaged } = parsed(whole.subarray(0, length));
      expect(read).toHaveLength(kept);
      expect(endsDamaged).toBe(length > (ends[kept - 1] ?? 0));
    }
  });

  test('whatever bytes stand between, those that are whole are found, and nothing else', () => {
    const junk = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(junk, fc.uint8Array({ minLength: 1, maxLength: 60 }))),
        junk,
        (parts, end) => {
          const bytes = Buffer.concat([
            ...parts.flatMap(([before, payload], index) => [before, frames([payload], index + 1)]),
            end,
          ]);
          const expected = parts.map((_, index) => index + 1);
          expect(sequences(bytes)).toEqual(expected);
          expect(parsed(bytes).damagedBytes).toBe(
            end.length + parts.reduce((sum, [before]) => sum + before.length, 0),
          );
        },
      ),
    );
  });
});

test('a header tells another version, and a damaged one tells nothing', () => {
  const header = encodeHeader(salt);
  expect(isOfAnotherVersion(header, salt)).toBe(false);
  for (let bit = 0; bit < header.length * 8; bit++) {
    const damaged = Buffer.from(header);
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    expect(isOfAnotherVersion(damaged, salt)).toBe(false);
  }
  expect(isOfAnotherVersion(header.subarray(0, 5), salt)).toBe(false);
  expect(isOfAnotherVersion(encodeHeader(salt, 2), salt)).toBe(true);
});
