import type { IncomingMessage } from 'node:http';
import { pathOf } from '../request/request-target.ts';
import { publicRoutes } from './routes.ts';

const paths = [...new Set(publicRoutes.map(({ url }) => url))].map((url) => ({
  pattern: new RegExp(`^${url.replace(':programId', '[^/]*')}$`),
  methods: [
    ...publicRoutes.filter((route) => route.url === url).flatMap(({ methods }) => methods),
    'OPTIONS',
  ],
}));

/** The methods that a target's path takes, whatever it was asked with; null where nothing is there. */
export function allowedMethods(target: string): readonly string[] | null {
  const path = pathOf(target);
  return paths.find(({ pattern }) => pattern.test(path))?.methods ?? null;
}

/** Whether a request may bring a body that somebody reads. */
export function takesBody({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' && (allowedMethods(url)?.includes('POST') ?? false);
}
