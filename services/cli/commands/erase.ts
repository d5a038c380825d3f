import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { count, counted } from '../table.ts';

export interface EraseOptions {
  readonly visitor: string;
  /** Whether they are only counted. */
  readonly dryRun: boolean;
}

const onItsWay =
  'What is still in a spool or on the event stream is stored later, and is not among them: run it again until it finds nothing.';

/** `erase --visitor ID`: deletes the events of one visitor, or only counts them. */
export async function erase(
  { parts, progress }: Context,
  { visitor, dryRun }: EraseOptions,
): Promise<Answer> {
  const eraser = await parts.eraser();
  const erased = await eraser.eraseVisitor(visitor, {
    dryRun,
    onPage: ({ read, found }) => progress(`${counted(read, 'event')} read, ${count(found)} of the visitor`),
  });
  return {
    json: { visitorId: visitor, dryRun, ...erased },
    text: () => {
      const done = dryRun
        ? `${counted(erased.found, 'event')} of ${visitor} would be erased`
        : `${count(erased.erased)} of ${counted(erased.found, 'event')} of ${visitor} erased`;
      return `${done}; ${count(erased.read)} were read.\n${onItsWay}`;
    },
  };
}
