import { testFaults } from './harness/fault-tests.ts';

await testFaults((number) => number % 2 === 0);
