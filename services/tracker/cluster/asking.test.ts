import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { Asking } from './asking.ts';
import type { Question } from './messages.ts';

function asking() {
  const clock = new FakeClock();
  const sent: [number, Question][] = [];
  const asked = new Asking({ clock, answerMs: 100, send: (id, question) => void sent.push([id, question]) });
  return { clock, sent, asked };
}

const ready = { kind: 'answer', topic: 'readiness', answer: { ready: true, reasons: [] } } as const;

test('an answer is given to whoever asked', async () => {
  const { clock, sent, asked } = asking();
  const answer = asked.ask(1, 'readiness');
  expect(sent).toEqual([[1, { kind: 'question', topic: 'readiness', after: 0 }]]);
  asked.answered(1, ready);
  expect(await answer).toEqual(ready.answer);
  expect(clock.timers).toBe(0);
});

test('a worker that is silent is not waited for', async () => {
  const { clock, asked } = asking();
  const answer = asked.ask(1, 'ledger');
  await clock.advance(100);
  expect(await answer).toBeNull();
});

test('nothing piles up before a worker that is silent: its answer is for all who asked', async () => {
  const { clock, sent, asked } = asking();
  const first = asked.ask(1, 'readiness');
  await clock.advance(100);
  const second = asked.ask(1, 'readiness');
  const ofOthers = asked.ask(2, 'readiness');
  expect(sent.map(([id]) => id)).toEqual([1, 2]);
  asked.answered(1, ready);
  expect([await first, await second]).toEqual([null, ready.answer]);
  asked.gone(2);
  expect(await ofOthers).toBeNull();
  void asked.ask(1, 'readiness');
  expect(sent.map(([id]) => id)).toEqual([1, 2, 1]);
});

test('who is gone answers nothing: nobody waits for it', async () => {
  const { asked } = asking();
  const answers = [asked.ask(1, 'ledger'), asked.ask(1, 'metrics')];
  asked.gone(1);
  expect(await Promise.all(answers)).toEqual([null, null]);
});
