import { setPriority } from 'node:os';
import { ClosedLoop, type ClosedLoopOptions } from './closed-loop.ts';

/**
 * The clients, as a process of their own: told what to do by messages, one at a time. So the process that measures is
 * not in their way.
 */

export type ClientAsked =
  | { readonly ask: 'open'; readonly options: ClosedLoopOptions }
  | { readonly ask: 'run'; readonly durationMs: number }
  | { readonly ask: 'close' };

// They are never at rest (closed-loop.ts), and a disk's own work must not wait for them.
setPriority(10);

let loop: ClosedLoop | null = null;

process.on('message', async (asked: ClientAsked) => {
  if (asked.ask === 'open') {
    loop = new ClosedLoop(revived(asked.options));
    await loop.open();
    process.send!({ kind: 'opened' });
  } else if (asked.ask === 'run') {
    process.send!({ kind: 'ran', result: await loop!.run(asked.durationMs) });
  } else {
    loop?.close();
    process.send!({ kind: 'closed' });
  }
});
process.on('disconnect', () => process.exit());
process.send!({ kind: 'listening', url: '' });

/** Buffers as they come out of a message. */
function revived(options: ClosedLoopOptions): ClosedLoopOptions {
  const buffer = (sent: Uint8Array) => Buffer.from(sent);
  return {
    ...options,
    requests: options.requests.map(buffer),
    begins: buffer(options.begins),
    holds: { at: options.holds.at, bytes: buffer(options.holds.bytes) },
  };
}
