import { answerPixel } from '../answers/pixel.ts';
import type { TrackedRoute } from '../tracking/call.ts';

/** `GET /v1/impression/:programId`: the pixel. */
export const impression: TrackedRoute = {
  programInPath: true,
  acceptsUnverified: true,
  calledBy: 'browser',
  typeOf: () => 'impression',
  answer: answerPixel,
};
