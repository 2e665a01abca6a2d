// Events: ingestion and reading.
import { defineRoute } from '../contract.ts';
import { EventPage, EventQuery, EventReceipts, EventTypes, NewEvents } from '../schemas/events.ts';

export const recordEvents = defineRoute({
  method: 'POST',
  path: '/events',
  scope: 'events:write',
  tag: 'events',
  summary: 'Record one event or up to 1000; all are stored or none, and answered after commit',
  body: NewEvents,
  reply: EventReceipts,
  status: 201,
  maxBody: 4 * 1024 * 1024,
});
export const listEvents = defineRoute({
  method: 'GET',
  path: '/events',
  scope: 'events:read',
  tag: 'events',
  summary: 'Events, newest first',
  query: EventQuery,
  reply: EventPage,
});
export const listEventTypes = defineRoute({
  method: 'GET',
  path: '/events/types',
  scope: 'events:read',
  tag: 'events',
  summary: 'Types of events seen so far',
  reply: EventTypes,
});
