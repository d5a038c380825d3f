/** The system's code for what went wrong. */
export function codeOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name;
}

/** Whether the disk has no room, so that all is well once it has. */
export function isForRoom(code: string): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
}

/** Whether the process or its machine is short of something else: that says nothing of the file. */
export function isForShortage(code: string): boolean {
  return code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM' || code === 'EAGAIN';
}
