const visitorIdPattern = /^[A-Za-z0-9_-]{22}$/;

/** Whether `text` may be a visitor's id: 128 random bits, as 22 characters of base64url. */
export function isVisitorId(text: string): boolean {
  return visitorIdPattern.test(text);
}
