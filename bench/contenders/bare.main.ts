import { createServer } from 'node:http';
import { answerGiven, tellListening } from './given.ts';

/** Node's own server, which sends the tracker's answer and does nothing else: what a tracker could cost at best. */

const { status, headers, body } = answerGiven();

const server = createServer((_request, response) => {
  response.writeHead(status, headers);
  response.end(body);
});
// As long as the tracker's, so that a connection is not closed between two rounds.
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => tellListening(server));
