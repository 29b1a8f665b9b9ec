import { registersContract } from '../contracts/registers.ts';
import { rolloutRegisterContract } from '../contracts/rolloutRegister.ts';
import { waiverRegisterContract } from '../contracts/waiverRegister.ts';
import { openTestPostgres } from '../support/postgresUnderTest.ts';

rolloutRegisterContract('on PostgreSQL', openTestPostgres);
registersContract('on PostgreSQL', openTestPostgres);
waiverRegisterContract('on PostgreSQL', openTestPostgres);
