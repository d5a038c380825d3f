/**
 * `answer`, or a rejection when it has not come within `ms`. Where a process stood still for longer (a
 * starved CPU, a long collection of garbage), it finds the timer run out and the answer waiting in the
 * socket; so the sockets are read once more before the timer counts.
 *
 * @throws Error with the code `TIMEOUT`
 */
export function answerWithin<T>(ms: number, what: string, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    // Of one turn of Node's event loop: timers, then sockets, then immediates ("The Node.js Event Loop").
    const late = () =>
      reject(Object.assign(new Error(`${what} timed out after ${ms} ms`), { code: 'TIMEOUT' }));
    const timer = setTimeout(() => setImmediate(late), ms);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
