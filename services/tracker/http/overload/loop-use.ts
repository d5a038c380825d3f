/**
 * Tells how much of the time the event loop had something to do, 0 … 1, each time since it was asked last
 * ("performance.eventLoopUtilization", Node.js documentation).
 */
export function watchLoopUse(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}
