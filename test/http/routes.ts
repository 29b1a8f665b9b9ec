import type { HTTPMethods } from 'fastify';
import { openApiText } from '../../openapi/document.ts';

/** One operation of the document: what the tests of every route go through. */
export type Operation = {
  readonly method: HTTPMethods;
  readonly path: string;
  readonly takesBody: boolean;
  readonly ifMatch: boolean;
  readonly creates: boolean;
  readonly open: boolean;
  readonly isLookup: boolean;
  /** Only tells that it comes with a later version. */
};

type Described = {
  readonly requestBody?: unknown;
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly required: boolean }[];
  readonly security: readonly unknown[];
  readonly tags: readonly string[];
};
type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>> };

/** Every operation that the OpenAPI document names. */
export async function operations(): Promise<readonly Operation[]> {
  const { paths }: Document = JSON.parse(await openApiText());
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody, parameters = [], security }]) => ({
      method: method.toUpperCase() as HTTPMethods,
      path,
      takesBody: requestBody !== undefined,
      ifMatch: parameters.some(({ name, required }) => name === 'If-Match' && required),
      creates: parameters.some(({ name }) => name === 'Idempotency-Key'),
      open: security.length === 0,
      isLookup: path.startsWith('/ofrep/'),
    })),
  );
}

/** The path with its parameters filled in. */
export const filled = (path: string, value: string) => path.replaceAll(/\{\w+\}/g, () => value);

export const named = ({ method, path }: Operation) => `${method} ${path}`;
