import { describe, expect, test } from 'vitest';
import { readCorsOrigins } from '../../src/corsOrigins.ts';

describe('CORS_ORIGINS', () => {
  test('lets nobody in where it is empty', () => {
    for (const empty of ['', ' ', ' , ,']) expect(readCorsOrigins(empty)).toEqual({ origins: [], mistakes: [] });
  });

  test('takes origins as browsers send them, or * for all of them', () => {
    const list = 'https://shop.example, http://[::1]:5173,https://shop.example,https://xn--bcher-kva.example:8443';
    expect(readCorsOrigins(list)).toEqual({
      origins: ['https://shop.example', 'http://[::1]:5173', 'https://xn--bcher-kva.example:8443'],
      mistakes: [],
    });
    expect(readCorsOrigins('*')).toEqual({ origins: ['*'], mistakes: [] });
  });

  test.for([
    'shop.example',
    'https://shop.example/',
    'https://shop.example/cart',
    'https://Shop.example',
    'https://shop.example:443',
    'http://shop.example:80',
    'https://user:secret@shop.example',
    'https://*.example',
    'https://bücher.example',
    'ftp://shop.example',
    'file:///shop',
    'null',
    '**',
  ])('refuses %s, which no browser would send or nobody could mean', (entry) => {
    const { mistakes } = readCorsOrigins(`https://fine.example,${entry}`);
    expect(mistakes).toEqual([expect.stringMatching(/^entry 2 must be an origin/)]);
    expect(mistakes.join()).not.toContain(entry);
  });

  test('tells every mistake at once', () => {
    expect(readCorsOrigins('a,*,b').mistakes).toHaveLength(3);
  });
});
