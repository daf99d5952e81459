/**
 * Node's http module, without what importing it as a module brings along: every export would be read at once, among
 * them a WebSocket, for which Node loads a whole further client. That is 10 ms at every start.
 */
export const http: typeof import("node:http") = process.getBuiltinModule("node:http");
