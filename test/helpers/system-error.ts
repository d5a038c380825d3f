/** An error of the file system's, as Node gives it. */
export function systemError(code: string, path = 'planted'): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
