import type { SwaggerTransformObject } from '@fastify/swagger';

type Document = ReturnType<SwaggerTransformObject>;

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g;

/** The document without the schemas that nothing refers to: of every named one both directions are made, and one is used. */
export function withoutUnusedSchemas(document: Document): Document {
  if (!('components' in document) || document.components?.schemas === undefined) return document;
  const { components, ...rest } = document;
  const used = new Set(referencesIn(rest));
  for (const name of used) for (const next of referencesIn(components.schemas?.[name])) used.add(next);
  const schemas = Object.fromEntries(Object.entries(components.schemas ?? {}).filter(([name]) => used.has(name)));
  return { ...rest, components: { ...components, schemas } } as Document;
}

const referencesIn = (part: unknown) => (JSON.stringify(part) ?? '').matchAll(REFERENCE).map(([, name = '']) => name);
