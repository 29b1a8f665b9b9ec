import { ledgerContract } from '../contracts/ledger.ts';
import { openTestPostgres } from '../support/postgresUnderTest.ts';

ledgerContract('on PostgreSQL', openTestPostgres);
