/** Where control tells what happened; `pino` fits as it is. Nothing secret is ever said. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
