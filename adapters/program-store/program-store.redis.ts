import { freezeProgram, type ProgramVersion } from '@trackline/domain/program';
import { formatUpdate, parseUpdate } from '@trackline/proto/core-data-update';
import {
  type ApplyOutcome,
  type FetchedProgram,
  keys,
  type ProgramStoreReader,
  type ProgramStoreWriter,
  type StoreHead,
} from './program-store.ts';
import { answered, connectRedis, disconnect, type RedisTarget } from './redis-client.redis.ts';

/**
 * The one script that writes. Versions are compared as numbers: a double holds every one of ours exactly.
 * Only what a reader would take for a program can win: a key that is no hash, half a hash, a version in
 * another notation, or a body that is not of this program and version counts as nothing, and is written over.
 *
 * The counter comes first: a script that fails half-way is not undone, and a version that was written but
 * never announced would be called the same when it comes again. A number without an announcement only makes
 * the trackers look.
 *
 * KEYS: program, seq. ARGV: id, version, program (canonical text), channel, whether it wins in any case.
 */
const applyScript = `
local function versionOf(text, body)
  local version = tonumber(text or '')
  if not version or not body or version > ${Number.MAX_SAFE_INTEGER} then return nil end
  if string.format('%.0f', version) ~= text then return nil end
  local ok, program = pcall(cjson.decode, body)
  if not ok or type(program) ~= 'table' then return nil end
  if program['id'] ~= ARGV[1] or program['version'] ~= version then return nil end
  return version
end
local kind = redis.call('TYPE', KEYS[1])['ok']
if kind == 'hash' then
  local held = redis.call('HMGET', KEYS[1], 'version', 'program')
  local version = versionOf(held[1], held[2])
  if version == tonumber(ARGV[2]) and held[2] == ARGV[3] then return 'same' end
  if version and ARGV[5] == '0' then
    if version > tonumber(ARGV[2]) then return 'older' end
    if version == tonumber(ARGV[2]) then return 'conflict' end
  end
end
local seq = redis.call('INCR', KEYS[2])
if kind ~= 'hash' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'program', ARGV[3])
local head = '{"seq":' .. seq .. ',"id":"' .. ARGV[1] .. '","version":' .. ARGV[2]
redis.call('PUBLISH', ARGV[4], head .. ',"program":' .. ARGV[3] .. '}')
return 'applied'
`;

/**
 * Sets the generation, if the store has none or this one, and is the one that the building began with.
 *
 * KEYS: generation, building. ARGV: generation.
 */
const sealScript = `
if redis.call('DEL', KEYS[2]) == 0 then return 0 end
if redis.call('SET', KEYS[1], ARGV[1], 'NX') then return 1 end
if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end
return 0
`;

/** How long a building may take; a mark that is older was left by a builder that died. */
const buildingMaxMs = 3_600_000;

/** The store's one writer: the core-data updater, and whoever rebuilds the store. */
export function connectProgramStoreWriter(target: RedisTarget): ProgramStoreWriter {
  const redis = connectRedis(target, { waitsForConnection: true });
  return {
    async apply(program, { replaces = false } = {}) {
      const script = redis.eval(
        applyScript,
        2,
        keys.program(program.id),
        keys.seq,
        program.id,
        String(program.version),
        formatUpdate(program),
        keys.channel,
        replaces ? '1' : '0',
      );
      return (await answered(target, script)) as ApplyOutcome;
    },
    head: () => answered(target, head(redis)),
    async begin(building) {
      await answered(target, redis.set(keys.building(building), '', 'PX', buildingMaxMs));
    },
    async seal(generation, building = generation) {
      const script = redis.eval(sealScript, 2, keys.generation, keys.building(building), generation);
      return (await answered(target, script)) === 1;
    },
    close: () => disconnect(redis),
  };
}

export interface ReaderOptions extends RedisTarget {
  /** Told of content under a program's key that is no program. */
  readonly onDamaged?: (id: string, detail: string) => void;
  /**
   * Whether a read may wait, within its time-out, for a connection that is not up yet
   * (redis-client.redis.ts).
   */
  readonly waitsForConnection?: boolean;
}

/** The way to read the store, for trackers and for people. */
export function connectProgramStoreReader(target: ReaderOptions): ProgramStoreReader {
  const redis = connectRedis(target, { waitsForConnection: target.waitsForConnection ?? false });
  return {
    fetch: (id) => answered(target, fetchProgram(id)),
    head: () => answered(target, head(redis)),
    close: () => disconnect(redis),
  };

  async function fetchProgram(id: string): Promise<FetchedProgram> {
    // The generation is asked for after the program: had the store been emptied in between, or before, it
    // would be another or none, and the empty answer would not be taken for "there is no such program".
    const replies = await redis
      .pipeline()
      .hmget(keys.program(id), 'version', 'program')
      .get(keys.generation)
      .exec();
    const [[programError, fields], [generationError, generation]] = replies as [
      [Error | null, (string | null)[]],
      [Error | null, string | null],
    ];
    if (generationError) throw generationError;
    if (programError && !programError.message.startsWith('WRONGTYPE')) throw programError;
    const read = programError
      ? { damage: 'The key holds no hash.' }
      : readProgram(id, fields[0] ?? null, fields[1] ?? null);
    if (read === null || !('damage' in read)) return { program: read, generation };
    target.onDamaged?.(id, read.damage);
    return { program: null, damaged: true, generation };
  }
}

/** What a program's hash holds; null: there is no hash. */
function readProgram(
  id: string,
  version: string | null,
  text: string | null,
): ProgramVersion | { readonly damage: string } | null {
  if (version === null && text === null) return null;
  if (version === null || text === null) return { damage: 'Half of the hash is missing.' };
  const parsed = parseUpdate(Buffer.from(text));
  if (!parsed.ok) return { damage: parsed.detail };
  if (parsed.program.id !== id || String(parsed.program.version) !== version) {
    return { damage: 'The hash holds another program or version than it says.' };
  }
  return freezeProgram(parsed.program);
}

type Client = ReturnType<typeof connectRedis>;

async function head(redis: Client): Promise<StoreHead> {
  const [seq, generation] = await redis.mget(keys.seq, keys.generation);
  const counted = Number(seq ?? 0);
  return { seq: Number.isSafeInteger(counted) ? counted : 0, generation: generation ?? null };
}
