import { readdirSync, readFileSync } from 'node:fs';

/**
 * How long a process and its descendants were on a CPU until now, all threads together, in microseconds.
 *
 * By the scheduler's own count in nanoseconds (`/proc/PID/task/TID/schedstat`, Linux kernel
 * Documentation/scheduler/sched-stats); where the kernel keeps none, by `/proc/PID/stat`, whose ticks are 10 ms.
 *
 * @throws Error where there is no /proc, or the process is gone
 */
export function cpuMicroseconds(pid: number): number {
  return processTree(pid).reduce((sum, each) => sum + ofProcess(each), 0);
}

/** Resident memory of a process and its descendants, in bytes. */
export function residentBytes(pid: number): number {
  return processTree(pid).reduce(
    (sum, each) => sum + residentBytesIn(readFileSync(`/proc/${each}/status`, 'utf8')),
    0,
  );
}

/** A process and its descendants. */
export function processTree(pid: number): number[] {
  const children = threadsOf(pid)
    .flatMap((thread) => readIfThere(`/proc/${pid}/task/${thread}/children`).trim().split(/\s+/))
    .filter((child) => child !== '')
    .map(Number);
  return [pid, ...children.flatMap(processTree)];
}

function ofProcess(pid: number): number {
  const texts = threadsOf(pid).map((thread) => readIfThere(`/proc/${pid}/task/${thread}/schedstat`));
  const micros = texts.reduce((sum, text) => sum + onCpuMicroseconds(text), 0);
  return micros > 0 ? micros : ticksMicroseconds(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

/** The first number of a schedstat: nanoseconds on a CPU. */
export function onCpuMicroseconds(schedstat: string): number {
  return Number(schedstat.split(' ', 1)[0]) / 1_000;
}

/** `utime` and `stime` of a stat, the 14th and 15th field (proc_pid_stat(5)), at 100 ticks a second. */
export function ticksMicroseconds(stat: string): number {
  // The second field is the program's name, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** `VmRSS` of a status (proc_pid_status(5)). */
export function residentBytesIn(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch (error) {
    throw new Error(`The CPU time of process ${pid} can't be read: ${(error as Error).message}`);
  }
}

/** '' for a thread that ended meanwhile. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
