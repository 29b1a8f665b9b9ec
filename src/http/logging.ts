import type { FastifyRequest } from 'fastify';

/** What no log line ever shows, wherever it may turn up. Headers and bodies are not logged in the first place. */
export const REDACTION: { readonly paths: string[]; readonly censor: string } = {
  paths: ['authorization', '["x-api-key"]', 'token'].flatMap((name) => {
    const member = name.startsWith('[') ? name : `.${name}`;
    return [name, `*${member}`, `*.headers${member}`, `*.*${member}`];
  }),
  censor: '[redacted]',
};

const QUIET = ['/ofrep/', '/livez', '/readyz', '/metrics'];

/** Lookups and probes get no line of their own: there are too many, and what goes wrong with them is logged where it does. */
export function isQuiet(request: Pick<FastifyRequest, 'url'>): boolean {
  return QUIET.some((start) => request.url.startsWith(start));
}
