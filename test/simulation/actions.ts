import { formatUpdate } from '@trackline/proto/core-data-update';
import { randomHashKey } from '@trackline/proto/kpl';
import { simulatedFaults } from './faults.ts';
import { programIds } from './program-maker.ts';
import type { Simulation } from './simulation.ts';
import { Process } from './world/process.ts';
import type { Tracker } from './world/tracker.ts';
import { slots } from './world/world.ts';

/** Something that somebody does, or that happens; a seed has its own weights. */
export interface Action {
  readonly name: string;
  readonly weight: number;
  /** Whether a seed may do without. */
  readonly optional: boolean;
  run(simulation: Simulation): void;
}

const resendMs = 300;

export const actions: readonly Action[] = [
  { name: 'offer', weight: 30, optional: false, run: offer },
  { name: 'look up', weight: 10, optional: false, run: lookUp },
  { name: 'update', weight: 6, optional: false, run: updateProgram },
  { name: 'read the ledger', weight: 1, optional: false, run: (simulation) => simulation.readLedger() },
  { name: 'a fault begins or ends', weight: 8, optional: false, run: turnFault },
  { name: 'start', weight: 5, optional: false, run: ({ world, chance }) => world.start(chance.pick(slots)) },
  { name: 'crash', weight: 3, optional: true, run: (simulation) => someTracker(simulation)?.kill() },
  { name: 'drain', weight: 2, optional: true, run: (simulation) => someTracker(simulation)?.drain() },
  { name: 'power loss', weight: 2, optional: true, run: ({ world }) => world.losePower() },
  { name: 'flip a bit', weight: 2, optional: true, run: flipBit },
  { name: 'link', weight: 3, optional: true, run: loseLink },
  { name: 'empty Redis', weight: 1, optional: true, run: emptyRedis },
  { name: 'set the clock', weight: 1, optional: true, run: setClock },
];

function someTracker({ world, chance }: Simulation): Tracker | undefined {
  return chance.pick(world.running());
}

function offer(simulation: Simulation): void {
  const { world, chance, events, oracle } = simulation;
  const tracker = someTracker(simulation);
  if (!tracker?.isOpen) return;
  const count = chance.weighted([
    [20, 1],
    [8, 1 + chance.int(5)],
    [1, 20],
  ]);
  for (let i = 0; i < count; i++) {
    const number = oracle.offers.length;
    const event = events.next(number, tracker.process.clock.wallMs(), tracker.name);
    const durability = chance.weighted([
      [2, 'memory'],
      [5, 'disk'],
      [1, 'stream'],
    ] as const);
    const each = { number, event, durability, tracker, writer: tracker.spool!.writer, outcome: null };
    oracle.offered(each);
    tracker.accept(event, durability, oracle.settled, each);
  }
  world.trace.note(tracker.name, 'is offered', count);
}

function lookUp(simulation: Simulation): void {
  const { world, chance, programOracle } = simulation;
  const askedAtMs = world.time.nowMs;
  for (const tracker of world.running()) {
    for (const id of programIds) {
      if (chance.happens(0.5)) continue;
      void Promise.resolve(tracker.programs.lookup(id)).then((lookup) => {
        const told = lookup.kind === 'known' ? lookup.program.version : 0;
        world.trace.note(tracker.name, `told ${id} ${lookup.kind}`, told);
        programOracle.looked(tracker, id, lookup, askedAtMs);
      });
    }
  }
}

/** Sends it until the stream has it: at least once. */
function updateProgram(simulation: Simulation): void {
  const { world, chance, programs } = simulation;
  const program = programs.next();
  const process = new Process('business', world.time, chance.fork());
  const stream = world.coreDataStream.connect(process);
  const record = {
    data: Buffer.from(formatUpdate(program)),
    partitionKey: program.id,
    explicitHashKey: randomHashKey(chance.bytes),
  };
  world.trace.note('business', `updates ${program.id}`, program.version);
  const send = async (): Promise<void> => {
    const [outcome] = await stream.put([record]);
    if (outcome!.ok) simulation.updatesUnderWay--;
    else process.clock.after(resendMs, () => void send());
  };
  simulation.updatesUnderWay++;
  void send();
}

function turnFault(simulation: Simulation): void {
  const { world, chance, faults, active } = simulation;
  const fault = chance.pick(faults);
  if (!fault) return;
  const begins = !active.has(fault);
  world.trace.note('fault', begins ? 'begins:' : 'ends:', fault.name);
  if (begins) fault.begin(world, chance);
  else fault.end(world);
  if (begins) active.add(fault);
  else active.delete(fault);
}

/** One flipped bit costs a frame, whatever was answered; so only some seeds have them. */
function flipBit({ world, chance, damages }: Simulation): void {
  if (!damages || !world.drive.disk.flipBit(chance)) return;
  world.flippedBits++;
  world.trace.note('disk', 'has a bit flipped');
}

function loseLink(simulation: Simulation): void {
  const { world, chance, programOracle } = simulation;
  const tracker = someTracker(simulation);
  if (!tracker) return;
  const isSilent = chance.happens(0.5);
  world.trace.note(tracker.name, isSilent ? 'has a half-open link' : 'loses its link');
  if (isSilent) tracker.link.halfOpen();
  else tracker.link.reset();
  programOracle.troubleAtMs = world.time.nowMs;
}

function emptyRedis({ world }: Simulation): void {
  world.trace.note('redis', 'is emptied');
  world.redis.empty();
}

function setClock({ world, chance }: Simulation): void {
  const { machine } = world;
  machine.wallAheadMs = chance.pick([0, -3_600_000, -60_000, 20_000, 240_000]);
  world.trace.note('machine', 'is set ahead by', machine.wallAheadMs);
}

export const someFaults = (simulation: Pick<Simulation, 'chance'>) =>
  simulatedFaults.filter(() => simulation.chance.happens(0.35));
