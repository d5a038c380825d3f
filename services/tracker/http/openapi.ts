import swagger from '@fastify/swagger';
// Version 5: what version 6 serves files by needs Node 22.
import swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { publicRoutes } from './routes/routes.ts';
import { headersSometimes } from './schemas/answers.ts';

/**
 * `/openapi.json`, the document of the public port (OpenAPI 3.1), and `/openapi`, a page to read and try it. An app of
 * its own that never listens: it knows the public routes by their schemas, so that the server that runs them needs
 * neither a plugin nor a validator. Nothing that it serves loads anything from elsewhere.
 *
 * @param publicUrl where the public port is reached
 */
export async function buildOpenApi(publicUrl: () => string): Promise<FastifyInstance> {
  const app = Fastify({ logger: false });
  // No call ever comes to the routes here.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  const serverOf = (request: FastifyRequest) => reachedFrom(publicUrl(), request.hostname);

  app.addHook('onRequest', (request, reply, done) => {
    reply
      .header('cache-control', 'no-store')
      .header(
        'content-security-policy',
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
          `connect-src 'self' ${serverOf(request)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      );
    done();
  });
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info, tags },
    convertConstToEnum: false,
  });
  for (const { url, methods, schema } of publicRoutes) {
    // HEAD is GET without a body, and goes without saying.
    const method = methods.filter((name) => name !== 'HEAD');
    app.route({ url, method, schema, handler: (_request, reply) => reply.callNotFound() });
  }
  const documentFor = (request: FastifyRequest) => ({ ...document, servers: [{ url: serverOf(request) }] });
  app.get('/openapi.json', { schema: { hide: true } }, documentFor);
  await app.register(swaggerUi, {
    routePrefix: '/openapi',
    theme: { title: info.title },
    uiConfig: { tryItOutEnabled: true, layout: 'BaseLayout' },
    transformSpecification: (_document, request) => documentFor(request),
    transformSpecificationClone: false,
  });
  await app.ready();
  const document = withHeadersRequired(app.swagger() as unknown as Document);
  return app;
}

const info = {
  title: 'Trackline',
  version: '1',
  description:
    'The calls of browsers and servers. What became of a call stands in its header `x-tracking-verdict`, whatever the ' +
    'status. HEAD is answered as GET, without a body, and ignored, as a prefetch is; OPTIONS is answered on every ' +
    'path. Every field of a query may also be named as in JSON (`clickId` for `click_id`), and the other way round.',
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
};

const tags = [
  { name: 'pixels and links', description: 'For the tags of pages and mails: the browser calls.' },
  { name: 'servers and apps', description: 'JSON.' },
];

/** What of a document is looked at here. */
interface Document {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, Response> }>>;
}

interface Response {
  readonly headers: Record<string, { required?: boolean }>;
}

/** Says of each header of an answer whether it is always there, which a Fastify schema can't. */
function withHeadersRequired(document: Document): Document {
  const responses = Object.values(document.paths).flatMap((path) =>
    Object.values(path).flatMap((operation) => Object.values(operation.responses)),
  );
  for (const { headers } of responses) {
    for (const [name, header] of Object.entries(headers)) header.required = !headersSometimes.includes(name);
  }
  return document;
}

/** A port that is open on every address is reached by the name by which this one was. */
function reachedFrom(publicUrl: string, hostname: string): string {
  const url = new URL(publicUrl);
  const isEverywhere = url.hostname === '0.0.0.0' || url.hostname === '[::]';
  if (isEverywhere && /^(?:[\w.-]+|\[[\da-f:.]+\])$/i.test(hostname)) url.hostname = hostname;
  return url.origin;
}
