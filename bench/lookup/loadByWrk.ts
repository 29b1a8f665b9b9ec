import { z } from 'zod';
import type { Load, Request } from './asked.ts';

/** Said by the script's `done`, since wrk's own words are rounded. */
const said = z.object({ requests: z.number(), microseconds: z.number(), failed: z.number() });

/** A script for wrk that sends these requests in turn. They are put together before the first one is sent. */
export function luaOf(requests: readonly Request[], headers: Readonly<Record<string, string>>): string {
  const fields = Object.entries(headers).map(([name, value]) => `  [ ${quoted(name)} ] = ${quoted(value)},`);
  const all = requests.map(({ path, body }) => `  wrk.format("POST", ${quoted(path)}, headers, ${quoted(body)}),`);
  return `local headers = {
${fields.join('\n')}
}
local requests, at
init = function()
  requests = {
${all.join('\n')}
  }
  at = 0
end
request = function()
  at = at % #requests + 1
  return requests[at]
end
done = function(summary)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('{"requests":%d,"microseconds":%d,"failed":%d}\\n', summary.requests, summary.duration, failed))
end
`;
}

/** @throws Error where wrk did not say it */
export function wrkLoad(output: string): Load {
  const { requests, microseconds, failed } = said.parse(JSON.parse(output.trimEnd().split('\n').at(-1) ?? ''));
  return { requests, seconds: microseconds / 1e6, failed };
}

/** Lua's long brackets take everything as it stands but their own end. */
function quoted(text: string): string {
  if (text.includes(']==]') || text.startsWith('\n')) throw new Error(`not to be said in Lua: ${text}`);
  return `[==[${text}]==]`;
}
