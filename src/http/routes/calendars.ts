import { z } from 'zod';
import { callerOf } from '../auth.ts';
import { pageOf, pageQuery, slice } from '../page.ts';
import { calendarAnswer, calendarBody, calendarPath } from '../schemas/calendar.ts';
import { listOf, nothing } from '../schemas/list.ts';
import { optionalReasonBody } from '../schemas/parameters.ts';
import { calendarView } from '../views/calendarView.ts';
import type { RouteDeps, Scope } from './scope.ts';

const tags = ['calendars'];

export function calendarRoutes(scope: Scope, deps: RouteDeps): void {
  list(scope, deps);
  get(scope, deps);
  set(scope, deps);
  remove(scope, deps);
}

function list(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/calendars',
    {
      schema: {
        operationId: 'listCalendars',
        summary: 'When increases may happen: freeze windows and schedules',
        tags,
        querystring: z.strictObject(pageQuery('calendars')),
        response: { 200: listOf(calendarAnswer) },
      },
      config: { right: 'view' },
    },
    async (request) => {
      const found = slice(await application.calendars.list(), request.query, ({ calendar }) => calendar.name);
      return pageOf('calendars', found, request.query, {
        positionOf: ({ calendar }) => calendar.name,
        show: calendarView,
      });
    },
  );
}

function get(scope: Scope, { application }: RouteDeps): void {
  scope.get(
    '/calendars/:name',
    {
      schema: {
        operationId: 'getCalendar',
        summary: 'One calendar, and whether it keeps shut at this moment',
        tags,
        params: calendarPath,
        response: { 200: calendarAnswer },
      },
      config: { right: 'view', refusals: ['NOT_FOUND'] },
    },
    async (request) => calendarView(await application.calendars.get(request.params.name)),
  );
}

function set(scope: Scope, { application }: RouteDeps): void {
  scope.put(
    '/calendars/:name',
    {
      schema: {
        operationId: 'setCalendar',
        summary: 'Set a calendar; it holds increases alone',
        tags,
        params: calendarPath,
        body: calendarBody,
        response: { 200: calendarAnswer },
      },
      config: { right: 'administer', refusals: ['CALENDARS_FULL', 'CONFLICT'] },
    },
    async (request) =>
      calendarView(await application.calendars.set(callerOf(request), request.params.name, request.body)),
  );
}

function remove(scope: Scope, { application }: RouteDeps): void {
  scope.delete(
    '/calendars/:name',
    {
      schema: {
        operationId: 'removeCalendar',
        summary: 'Remove a calendar: what it keeps shut may rise',
        tags,
        params: calendarPath,
        body: optionalReasonBody,
        response: { 204: nothing },
      },
      config: { right: 'administer', refusals: ['NOT_FOUND', 'CONFLICT'] },
    },
    async (request, reply) => {
      await application.calendars.remove(callerOf(request), request.params.name, request.body);
      return reply.code(204).send(null);
    },
  );
}
