import { Ajv, type ErrorObject } from 'ajv';
import type { Static, TObject } from 'typebox';
import { type FormatName, formats } from './formats.ts';

/** Every variable of our own begins with this, so that a misspelt one is found. */
const ownPrefix = 'TRACKLINE_';

/** The exit code of a process that refuses its configuration (sysexits.h, EX_CONFIG). */
export const exitCodeConfig = 78;

/** Configuration that can't be used: every bad variable with what is wrong with it, at once. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration can't be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads variables by a schema whose properties are their names: converts, fills in defaults, and refuses what
 * does not fit. An empty variable counts as absent. Values are never repeated in messages, since some are
 * secrets.
 *
 * @param strict whether variables with our prefix that the schema does not name are refused: true for
 *   services, false where the environment is a person's shell
 * @throws ConfigError naming every bad variable
 */
export function readEnvironment<S extends TObject>(
  schema: S,
  environment: Readonly<Record<string, string | undefined>>,
  strict = true,
): Readonly<Static<S>> {
  const known = Object.keys(schema.properties);
  const values: Record<string, unknown> = {};
  for (const name of known) if (environment[name]) values[name] = environment[name];

  const problems = strict ? misspelt(environment, known) : [];
  const ajv = new Ajv({
    allErrors: true,
    coerceTypes: true,
    useDefaults: true,
    strict: false,
    // Schemas are ours: to check them and to optimize what is run once took 16 of 25 ms, of each cold start.
    validateSchema: false,
    meta: false,
    code: { optimize: false },
  });
  for (const [name, { test }] of Object.entries(formats)) ajv.addFormat(name, test);
  const validate = ajv.compile(schema);
  if (!validate(values)) problems.push(...(validate.errors ?? []).map(describe));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(values) as Readonly<Static<S>>;
}

/**
 * Keeps the AWS SDK from saying in this process, and in those that it starts, which Node it will want one
 * day: that is for who maintains this. To be called before a client is built.
 */
export function quietSdk(environment: Record<string, string | undefined>): void {
  environment.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
}

function misspelt(
  environment: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(ownPrefix) && !known.includes(name))
    .map(
      (name) =>
        `${name}: no such variable; there are ${known.filter((n) => n.startsWith(ownPrefix)).join(', ')}`,
    );
}

function describe(error: ErrorObject): string {
  if (error.keyword === 'required') return `${error.params.missingProperty}: must be set`;
  const name = error.instancePath.slice(1);
  if (error.keyword === 'format')
    return `${name}: must be ${formats[error.params.format as FormatName].words}`;
  const allowed = error.params.allowedValues as readonly string[] | undefined;
  return `${name}: ${error.message}${allowed ? ` (${allowed.join(', ')})` : ''}`;
}
