/**
 * Stands in for the declarations of hono/ws, which @hono/node-server names: they need types of a browser that Node's own
 * declarations leave out. The console has no web sockets.
 */
export type UpgradeWebSocket<_Socket = unknown, _Options = unknown> = never;
