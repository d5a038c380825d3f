import { systemClock as clock } from '@trackline/domain/clock';
import { startLambdas } from '@trackline/local/lambdas';
import { pino } from 'pino';
import type { ConsumersPlace, Question } from './consumers.ts';

/**
 * Both consumers, the real handlers under their mappings, as a process of its own, so that it can be killed.
 * What it is to do comes as its argument, questions and answers as messages.
 */

const { state, batchSize, ...stack } = JSON.parse(process.argv[2]!) as ConsumersPlace;
const lambdas = await startLambdas({
  stack,
  state,
  mappings: {
    pollEveryMs: 50,
    windowMs: 0,
    batchSize,
    retriesMax: -1,
    recordAgeMaxMs: -1,
    bisectOnError: true,
  },
  retentionMs: undefined,
  clock,
  random: Math.random,
  log: pino({ level: 'info' }),
});

const answers = {
  caughtUp: ({ timeoutMs }: Question) => lambdas.caughtUp(timeoutMs),
  rebuild: () => lambdas.rebuild(),
};

process.on('message', async (question: Question) => {
  try {
    process.send!({ kind: 'answer', id: question.id, answer: await answers[question.ask](question) });
  } catch (error) {
    process.send!({ kind: 'answer', id: question.id, error: String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', async () => {
  await lambdas.close();
  process.exit(0);
});
process.send!({ kind: 'ready' });
