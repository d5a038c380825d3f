import type { TrackedRoute } from '../call.ts';
import { answerPixel } from '../pixel.ts';

/** `GET /v1/impression/:programId`: the pixel. */
export const impression: TrackedRoute = {
  programInPath: true,
  acceptsUnverified: true,
  calledBy: 'browser',
  typeOf: () => 'impression',
  answer: answerPixel,
};
