/**
 * Why the stack does not start, for the person who started it: the message is one line, and says the way out.
 */
export class Refusal extends Error {}
