import { z } from 'zod';
import { callerOf } from '../auth.ts';
import { CLOSING } from '../closing.ts';
import { pageOf, pageQuery, slice } from '../page.ts';
import { policyAnswer, sourceSchema, stopSchema } from '../schemas/installation.ts';
import { listOf } from '../schemas/list.ts';
import { optionalReasonBody, reasonBody } from '../schemas/parameters.ts';
import type { RouteDeps, Scope } from './scope.ts';

const tags = ['installation'];

export function installationRoutes(scope: Scope, deps: RouteDeps): void {
  sources(scope, deps);
  policy(scope, deps);
  stop(scope, deps);
  setStop(scope, deps);
  liftStop(scope, deps);
}

function sources(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/sources',
    {
      schema: {
        operationId: 'listSources',
        summary: 'The metric sources that contracts may name',
        tags,
        querystring: z.strictObject(pageQuery('sources')),
        response: { 200: listOf(sourceSchema) },
      },
      config: { right: 'view' },
    },
    async (request) => {
      const found = slice(await application.installation.sources(), request.query, ({ name }) => name);
      return pageOf('sources', found, request.query, {
        positionOf: ({ name }) => name,
        show: (source) => ({ ...source }),
      });
    },
  );
}

function policy(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/policy',
    {
      schema: {
        operationId: 'getPolicy',
        summary: 'The policy that judges contracts today',
        tags,
        response: { 200: policyAnswer },
      },
      config: { right: 'view' },
    },
    async () => {
      const { policy, since, inForce } = await application.installation.policy();
      return { ...policy, since, inForce };
    },
  );
}

function stop(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/stop',
    {
      schema: {
        operationId: 'getStop',
        summary: 'Whether the global stop is set',
        tags,
        response: { 200: stopSchema },
      },
      config: { right: 'view' },
    },
    async () => application.installation.stop(),
  );
}

function setStop(scope: Scope, { application }: RouteDeps): void {
  scope.put(
    '/stop',
    {
      schema: {
        operationId: 'setStop',
        summary: 'No gate opens further until it is lifted',
        tags,
        body: reasonBody,
        response: { 200: stopSchema },
      },
      config: { ...CLOSING, right: 'administer', refusals: ['CONFLICT'] },
    },
    async (request) => application.installation.setStop(callerOf(request), request.body.reason),
  );
}

function liftStop(scope: Scope, { application }: RouteDeps): void {
  scope.delete(
    '/stop',
    {
      schema: {
        operationId: 'liftStop',
        summary: 'Lift the global stop',
        tags,
        body: optionalReasonBody,
        response: { 200: stopSchema },
      },
      config: { right: 'administer', refusals: ['CONFLICT'] },
    },
    async (request) => application.installation.liftStop(callerOf(request), request.body),
  );
}
