import { answerPixel } from '../answers/pixel.ts';
import type { TrackedRoute } from '../tracking/call.ts';

/** `GET /v1/impression/:programId`: the pixel. */
export const impression: TrackedRoute = {
  programInPath: true,
  acceptsUnverified: true,
  calledBy: 'browser',
  sendsOn: false,
  typeOf: () => 'impression',
  answer: answerPixel,
};
