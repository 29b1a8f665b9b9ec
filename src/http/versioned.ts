import type { FastifyReply } from 'fastify';

/** Sends the version of a resource as its `ETag` too. */
export function versioned<T extends { readonly version: number }>(reply: FastifyReply, resource: T): T {
  reply.header('etag', `"${resource.version}"`);
  return resource;
}
