import Fastify from 'fastify';
import { answerGiven, tellListening } from './given.ts';

/** An empty route of Fastify per kind of call, on its default options: it sends the tracker's answer, and no more. */

const { status, headers, body } = answerGiven();

const app = Fastify();
for (const path of ['/v1/impression/:programId', '/v1/click/:programId']) {
  app.get(path, (_request, reply) => {
    reply.code(status).headers(headers).send(body);
  });
}
// By Fastify's own parser of JSON, before this is called.
app.post('/v1/transaction/:programId', (_request, reply) => {
  reply.code(status).headers(headers).send(body);
});
app.listen({ port: 0, host: '127.0.0.1' }, () => tellListening(app.server));
