#!/usr/bin/env node
// The sources are TypeScript on every Node that we support; tsx strips the types as they are loaded.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('../main.ts');
process.exitCode = await main(process.argv.slice(2));
