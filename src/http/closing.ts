/**
 * Route configuration of acts that close a gate. They are turned away for nothing that protects the server: the moment in which
 * there is too much of everything is the moment in which somebody needs them.
 */
export const CLOSING = { rateLimit: false, pressureHandler: () => undefined } as const;
