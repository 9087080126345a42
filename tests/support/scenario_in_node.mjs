// Runs a compiled scenario in Node: node scenario_in_node.mjs SCRIPT < REQUEST.json
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const { input, settings } = JSON.parse(readFileSync(0, 'utf8'));
const scenario = createRequire(import.meta.url)(resolve(process.argv[2]));
try {
  const result = settings === null ? scenario.run(input) : await scenario.run_reported(input, settings);
  console.log(JSON.stringify({ outcome: 'completed', result }));
} catch (error) {
  console.log(JSON.stringify({ outcome: error.outcome ?? 'crashed', error: String(error.message), step: error.step ?? null }));
}
