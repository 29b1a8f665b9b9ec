import { defineConfig } from 'prisma/config';

// Without this `prisma generate` downloads a native schema engine, which many networks forbid. It must be a program that
// fails: /bin/true makes `migrate deploy` succeed without doing anything, and the Node executable makes `migrate diff` hang.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= '/bin/false';

export default defineConfig({ schema: 'prisma/schema.prisma' });
