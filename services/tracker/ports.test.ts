import type { AddressInfo } from 'node:net';
import type { FastifyInstance, HTTPMethods } from 'fastify';
import { expect, test } from 'vitest';
import { buildTracker } from '../../test/helpers/tracker.ts';
import { readConfig } from './config.ts';

/** Nothing public on the admin port, and nothing of an operator's on the public one. */

/**
 * Every route that a server has, as it says itself: `GET /livez`. It draws a tree, four columns a level, and leaves out
 * a slash before `*`.
 */
async function routesOf(server: FastifyInstance): Promise<string[]> {
  await server.ready();
  const routes: string[] = [];
  const above: string[] = [];
  for (const line of server.printRoutes({ commonPrefix: false }).trimEnd().split('\n')) {
    const [, indent, part, methods] = /^([│ ]*)[├└]── (\S+) \(([A-Z, ]+)\)$/.exec(line)!;
    const depth = indent!.length / 4;
    above.splice(depth, above.length, part!);
    for (const method of methods!.split(', ')) routes.push(`${method} ${above.join('')}`);
  }
  return routes.sort();
}

const publicRoutes = [
  'GET /v1/click/:programId',
  'GET /v1/events/:programId',
  'GET /v1/impression/:programId',
  'GET /v1/transaction/:programId',
  'HEAD /v1/click/:programId',
  'HEAD /v1/events/:programId',
  'HEAD /v1/impression/:programId',
  'HEAD /v1/transaction/:programId',
  'OPTIONS *',
  'POST /v1/events',
  'POST /v1/transaction/:programId',
];
const adminReads = [
  '/ledger',
  '/livez',
  '/metrics',
  '/openapi',
  '/openapi.json',
  '/openapi*',
  '/readyz',
  '/verdicts',
];
const adminRoutes = [
  'DELETE /program-cache',
  ...adminReads.flatMap((path) => [`GET ${path}`, `HEAD ${path}`]),
].sort();

test('each port has its routes, and no others', async () => {
  const { tracker } = await buildTracker();
  expect(await routesOf(tracker.publicServer)).toEqual(publicRoutes);
  expect(await routesOf(tracker.adminServer)).toEqual(adminRoutes);
});

const called = (route: string) => {
  const [method, path] = route.split(' ') as [HTTPMethods, string];
  return { method, url: path.replace(':programId', 'aurora-shoes').replace('*', '/static/index.css') };
};

test.each(adminRoutes)('%s is no route of the public port', async (route) => {
  const { tracker } = await buildTracker();
  const reply = await tracker.publicServer.inject(called(route) as object);
  expect(reply.statusCode).toBe(404);
  const verdict = route.startsWith('HEAD ') ? 'ignored' : 'rejected; reason=route_unknown';
  expect(reply.headers['x-tracking-verdict']).toBe(verdict);
});

test.each(publicRoutes)('%s is no route of the admin port', async (route) => {
  const { tracker, spool } = await buildTracker();
  const reply = await tracker.adminServer.inject(called(route) as object);
  expect(reply.statusCode).toBe(404);
  expect(spool.account().acceptedThrough).toBe(0);
});

test('the admin port is on loopback unless told otherwise, wherever the public one is', async () => {
  const config = readConfig({
    AWS_REGION: 'eu-central-1',
    REDIS_URL: 'redis://127.0.0.1:6379',
    TRACKLINE_EVENT_STREAM: 'events',
    TRACKLINE_HOST: '0.0.0.0',
    TRACKLINE_DURABILITY_IMPRESSION: 'memory',
    TRACKLINE_DURABILITY_CLICK: 'memory',
    TRACKLINE_DURABILITY_TRANSACTION: 'memory',
  });
  const settings = { host: config.TRACKLINE_HOST, adminHost: config.TRACKLINE_ADMIN_HOST };
  const { tracker } = await buildTracker({ settings }, true);
  const addressOf = ({ server }: FastifyInstance) => (server.address() as AddressInfo).address;
  expect(addressOf(tracker.publicServer)).toBe('0.0.0.0');
  expect(addressOf(tracker.adminServer)).toBe('127.0.0.1');
});
