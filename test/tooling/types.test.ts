import { describe, expect, test } from 'vitest';
import { scratchProject } from './scratchProject.ts';

const RIGHT = 'export const lengthOf = (text: string): number => text.length;\n';

/** What the strictest types refuse: the compiler's code, and a file that must earn it. */
const REFUSED: readonly (readonly [code: string, source: string])[] = [
  ['TS2322', "export const a: number = 'text';\n"],
  ['TS2375', 'type A = { b?: string };\nexport const a: A = { b: undefined };\n'],
  [
    'TS18048',
    'export const a = (list: readonly { b: string }[]) => {\n  const first = list[0];\n  return first.b;\n};\n',
  ],
  ['TS4111', 'export const a = (map: Record<string, string>) => map.key;\n'],
  ['TS1294', 'export enum A {\n  B,\n}\n'],
  ['TS7030', 'export function a(b: boolean) {\n  if (b) return 1;\n}\n'],
  ['TS6133', 'export function a() {\n  const unused = 1;\n}\n'],
  ['TS4114', 'class A {\n  b() {}\n}\nexport class C extends A {\n  b() {}\n}\n'],
  ['TS2584', 'export const a = document;\n'],
];

describe('the types', () => {
  test('pass a right file', async () => {
    await using project = await scratchProject({ 'src/right.ts': RIGHT });
    expect(await project.run('tsc')).toEqual({ code: 0, output: '' });
  });

  test('fail wrong ones, each for its own reason', async () => {
    const files = REFUSED.map(([code, source]) => [`src/${code}.ts`, source]);
    await using project = await scratchProject(Object.fromEntries(files));
    const { code, output } = await project.run('tsc');
    expect(code).not.toBe(0);
    for (const [reason] of REFUSED) expect(output).toMatch(new RegExp(`src/${reason}\\.ts.*${reason}`));
  });
});
