import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { limits } from '../limits.ts';
import { type ClusterEnd, exitCodeCrashes, Supervisor, type WorkerForks } from './supervisor.ts';
import type { ClusterTelemetry } from './telemetry.ts';

const endMsMax = 30_000;

/** A supervisor of workers that are nothing but ids: what becomes of them, the test says. */
function supervise(workers = 2) {
  const clock = new FakeClock();
  /** `fork 1`, `SIGTERM 1`, `adopt 1`: by place for a fork, by id for the rest. */
  const done: string[] = [];
  let forked = 0;
  const forks: WorkerForks = {
    fork(place) {
      done.push(`fork ${place}`);
      forked++;
      return { id: forked, pid: 1_000 + forked };
    },
    signal: (id, signal) => void done.push(`${signal} ${id}`),
    adoptOrphans: (id) => void done.push(`adopt ${id}`),
  };
  const told: string[] = [];
  const telemetry = new Proxy({} as ClusterTelemetry, {
    get: (_, name: string) => () => void told.push(name),
  });
  const supervisor = new Supervisor({ workers, forks, clock, limits, endMsMax, telemetry });
  let end: ClusterEnd | null = null;
  void supervisor.ended.then((how) => {
    end = how;
  });
  return {
    supervisor,
    clock,
    told,
    /** What was done since somebody last looked. */
    done: () => done.splice(0),
    end: async () => {
      await clock.advance(0);
      return end;
    },
    listen: (...ids: number[]) => {
      for (const id of ids) supervisor.workerListens(id);
    },
    exit: (id: number, code: number | null = 0, signal: string | null = null) =>
      supervisor.workerEnded(id, { code, signal }),
  };
}

/** One whose two workers, 1 and 2, listen. */
function running() {
  const cluster = supervise();
  cluster.supervisor.start();
  cluster.listen(1, 2);
  cluster.done();
  return cluster;
}

describe('the start', () => {
  test('starts one worker, and the others when that one listens; then somebody looks for orphans', () => {
    const { supervisor, done, listen } = supervise(3);
    supervisor.start();
    expect(done()).toEqual(['fork 1']);
    listen(1);
    expect(done()).toEqual(['fork 2', 'fork 3']);
    listen(3);
    expect(done()).toEqual([]);
    listen(2);
    expect(done()).toEqual(['adopt 1']);
  });

  test('a first worker that does not come up ends it at once, with its exit code', async () => {
    const { supervisor, done, exit, end } = supervise();
    supervisor.start();
    exit(1, 78);
    expect(await end()).toEqual({ exitCode: 78, failure: expect.stringContaining('ended with 78') });
    expect(done()).toEqual(['fork 1']);
  });

  test('another one that does not come up ends it, too, and the first drains', async () => {
    const { supervisor, done, listen, exit, end } = supervise();
    supervisor.start();
    listen(1);
    exit(2, null, 'SIGKILL');
    expect(done()).toEqual(['fork 1', 'fork 2', 'SIGTERM 1']);
    expect(await end()).toBeNull();
    exit(1);
    expect(await end()).toMatchObject({ exitCode: 1 });
  });
});

describe('a worker that ends by itself', () => {
  test('is followed by another, after rests that double up to five seconds', async () => {
    const { clock, done, listen, exit } = running();
    const rests: number[] = [];
    let id = 1;
    for (let crash = 0; crash < 8; crash++) {
      exit(id, null, 'SIGKILL');
      let restMs = 0;
      for (; !done().includes('fork 1'); restMs += 50) await clock.advance(50);
      rests.push(restMs);
      id = crash + 3;
      listen(id);
      // Rare enough for the cluster to go on, too frequent to be forgotten.
      await clock.advance(20_000);
    }
    expect(rests).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    await clock.advance(60_000);
    exit(id, 1);
    await clock.advance(100);
    expect(done()).toContain('fork 1');
  });

  test('five crashes within a minute, of whichever worker, and the rest drains; the exit code says so', async () => {
    const { clock, done, listen, exit, end } = running();
    exit(1, 1);
    await clock.advance(100);
    exit(2, null, 'SIGSEGV');
    await clock.advance(100);
    listen(3, 4);
    exit(3, 1);
    exit(4, 1);
    await clock.advance(200);
    expect(done().filter((each) => each.startsWith('fork'))).toHaveLength(4);
    exit(5, 1);
    expect(done()).toEqual(['SIGTERM 6']);
    exit(6, 0);
    expect(await end()).toEqual({
      exitCode: exitCodeCrashes,
      failure: expect.stringContaining('crashed 5 times within 60 s'),
    });
    await clock.advance(60_000);
    expect(done()).toEqual([]);
  });

  test('crashes of more than a minute ago do not count', async () => {
    const { clock, done, exit } = running();
    let id = 1;
    for (let crash = 0; crash < 20; crash++) {
      exit(id, 1);
      await clock.advance(15_000);
      id = crash + 3;
    }
    expect(done().filter((each) => each === 'fork 1')).toHaveLength(20);
  });

  test('in an orderly way is no crash: somebody told it to', async () => {
    const { clock, done, listen, exit } = running();
    for (let id = 1, turn = 0; turn < 10; id = ++turn + 2) {
      exit(id, 0);
      await clock.advance(100);
      listen(turn + 3);
    }
    expect(done().filter((each) => each === 'fork 1')).toHaveLength(10);
  });

  test('has left a slot that somebody takes once its successor listens', async () => {
    const { clock, done, listen, exit } = running();
    exit(2, null, 'SIGKILL');
    await clock.advance(100);
    expect(done()).toEqual(['fork 2']);
    listen(3);
    expect(done()).toEqual(['adopt 1']);
  });
});

describe('a restart', () => {
  test('takes one place after the other: ready first, and then the old one drains', () => {
    const { supervisor, done, told, listen, exit } = running();
    supervisor.restart();
    expect(done()).toEqual(['fork 1']);
    listen(3);
    expect(done()).toEqual([]);
    supervisor.workerReady(3);
    expect(done()).toEqual(['SIGTERM 1']);
    exit(1);
    expect(done()).toEqual(['fork 2']);
    listen(4);
    supervisor.workerReady(4);
    expect(done()).toEqual(['SIGTERM 2']);
    exit(2);
    expect(done()).toEqual(['adopt 3']);
    expect(told).toContain('restartEnded');
    expect(supervisor.listeners().map(({ id }) => id)).toEqual([3, 4]);
  });

  test('is given up where a new worker ends before it is ready, and the old ones stay', () => {
    const { supervisor, done, told, exit } = running();
    supervisor.restart();
    exit(3, 78);
    expect(told).toContain('restartFailed');
    expect(done()).toEqual(['fork 1']);
    expect(supervisor.listeners().map(({ id }) => id)).toEqual([1, 2]);
    // And can be tried again.
    supervisor.restart();
    expect(done()).toEqual(['fork 1']);
  });

  test('…or is not ready in time: it is told to end', async () => {
    const { supervisor, clock, done, told, listen, exit } = running();
    supervisor.restart();
    listen(3);
    await clock.advance(limits.workerReadyMs);
    expect(done()).toEqual(['fork 1', 'SIGTERM 3']);
    expect(told).toContain('restartFailed');
    exit(3);
    expect(done()).toEqual(['adopt 1']);
  });

  test('a worker that crashes before its successor is ready is followed by that one', async () => {
    const { supervisor, clock, done, listen, exit } = running();
    supervisor.restart();
    exit(1, 1);
    await clock.advance(5_000);
    expect(done()).toEqual(['fork 1']);
    listen(3);
    supervisor.workerReady(3);
    expect(done()).toEqual(['fork 2']);
  });

  test('where both end, a third one follows', async () => {
    const { supervisor, clock, done, exit } = running();
    supervisor.restart();
    exit(1, 1);
    exit(3, 1);
    await clock.advance(1_000);
    expect(done()).toEqual(['fork 1', 'fork 1']);
  });

  test('asked for again meanwhile, it is done once more', () => {
    const { supervisor, done, exit } = running();
    supervisor.restart();
    supervisor.restart();
    supervisor.restart();
    for (const [old, successor] of [
      [1, 3],
      [2, 4],
      [3, 5],
      [4, 6],
    ] as const) {
      supervisor.workerListens(successor);
      supervisor.workerReady(successor);
      exit(old);
    }
    expect(done().filter((each) => each.startsWith('fork'))).toEqual([
      'fork 1',
      'fork 2',
      'fork 1',
      'fork 2',
    ]);
  });

  test('is refused before all listen, and while the cluster ends', () => {
    const { supervisor, done, told } = supervise();
    supervisor.start();
    supervisor.restart();
    supervisor.signal('SIGTERM');
    supervisor.restart();
    expect(told.filter((each) => each === 'restartRefused')).toHaveLength(2);
    expect(done()).toEqual(['fork 1', 'SIGTERM 1']);
  });

  test('a worker that does not end is killed, and the restart goes on', async () => {
    const { supervisor, clock, done, told, listen, exit } = running();
    supervisor.restart();
    listen(3);
    supervisor.workerReady(3);
    await clock.advance(endMsMax);
    expect(done()).toEqual(['fork 1', 'SIGTERM 1', 'SIGKILL 1']);
    expect(told).toContain('workerOverdue');
    exit(1, null, 'SIGKILL');
    expect(done()).toEqual(['fork 2']);
  });
});

describe('the end', () => {
  test('a signal goes to all, and the worst exit code is the cluster’s', async () => {
    const { supervisor, done, exit, end } = running();
    supervisor.signal('SIGINT');
    expect(done()).toEqual(['SIGINT 1', 'SIGINT 2']);
    exit(1, 1);
    expect(await end()).toBeNull();
    exit(2, 0);
    expect(await end()).toEqual({ exitCode: 1, failure: null });
  });

  test('so does a second one: each worker knows what that means', async () => {
    const { supervisor, done, exit, end } = running();
    supervisor.signal('SIGTERM');
    supervisor.signal('SIGTERM');
    expect(done()).toEqual(['SIGTERM 1', 'SIGTERM 2', 'SIGTERM 1', 'SIGTERM 2']);
    exit(1);
    exit(2);
    expect(await end()).toEqual({ exitCode: 0, failure: null });
  });

  test('nobody is started any more, and who rests has an end', async () => {
    const { supervisor, clock, done, exit, end } = running();
    exit(1, 1);
    supervisor.drain('disconnect');
    expect(done()).toEqual(['SIGTERM 2']);
    exit(2);
    await clock.advance(60_000);
    expect(done()).toEqual([]);
    expect(await end()).toEqual({ exitCode: 0, failure: null });
  });

  test('amid a restart, old and new are told', () => {
    const { supervisor, done } = running();
    supervisor.restart();
    supervisor.signal('SIGTERM');
    expect(done()).toEqual(['fork 1', 'SIGTERM 1', 'SIGTERM 2', 'SIGTERM 3']);
  });

  test('who was killed meanwhile may have lost something; who did not listen yet had nothing', async () => {
    const killed = running();
    killed.supervisor.signal('SIGTERM');
    killed.exit(1, null, 'SIGKILL');
    killed.exit(2);
    expect(await killed.end()).toMatchObject({ exitCode: 1 });
    const early = supervise();
    early.supervisor.start();
    early.supervisor.signal('SIGTERM');
    early.exit(1, null, 'SIGTERM');
    expect(await early.end()).toMatchObject({ exitCode: 0 });
  });
});
