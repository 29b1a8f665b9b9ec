import type { FastifyRequest } from 'fastify';

/** What no log line ever shows, wherever it may turn up. Headers and bodies are not logged in the first place. */
export const REDACTION: { readonly paths: string[]; readonly censor: string } = {
  paths: ['authorization', '["x-api-key"]', 'token'].flatMap((name) => {
    const member = name.startsWith('[') ? name : `.${name}`;
    return [name, `*${member}`, `*.headers${member}`, `*.*${member}`];
  }),
  censor: '[redacted]',
};

const STREAM_KEY = /([?&]key=)[^&#]*/g;

/** How log lines show a request: without the stream key that may stand in its address. */
export const SERIALIZERS = {
  req: ({ method, url, host, ip }: Partial<FastifyRequest>) => ({
    method,
    url: url?.replaceAll(STREAM_KEY, `$1${REDACTION.censor}`),
    host,
    remoteAddress: ip,
  }),
};

const QUIET = ['/ofrep/', '/v1/stream', '/v1/snapshot', '/livez', '/readyz', '/metrics'];

/** Lookups, streams and probes get no line of their own: there are too many, and what goes wrong with them is logged where it does. */
export function isQuiet(request: Pick<FastifyRequest, 'url'>): boolean {
  return QUIET.some((start) => request.url.startsWith(start));
}
