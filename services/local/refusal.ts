/**
 * Why the stack does not start, for the person who started it: the message is one line, and says the way out.
 */
export class Refusal extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
