import { expect, test } from 'vitest';
import { acknowledgementRegisterContract } from '../contracts/acknowledgementRegister.ts';
import { openTestPostgres } from '../support/postgresUnderTest.ts';

acknowledgementRegisterContract('on PostgreSQL', async () => {
  const under = await openTestPostgres();
  const another = () => under.another().then(({ acknowledgements }) => acknowledgements);
  return { register: under.kept.acknowledgements, another, close: under.close };
});

test('words that are old are forgotten', async () => {
  const under = await openTestPostgres();
  const register = under.kept.acknowledgements;
  await register.acknowledge([{ member: 'a', feature: 'old', version: 1 }], 1);
  await register.acknowledge([{ member: 'a', feature: 'new', version: 1 }], 2);
  await register.forgetBefore(2);
  expect(await under.database.sql('SELECT feature FROM acknowledgements')).toEqual([{ feature: 'new' }]);
  await under.close();
});
