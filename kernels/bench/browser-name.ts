// A browser's name and version for reports.

/** "Chrome 156.0.0.0"; the whole string of an unknown browser. @param userAgent as `navigator` tells it */
export function browserName(userAgent: string): string {
  const version = /(Firefox|Edg|Chrome|Version)\/([\d.]+)/.exec(userAgent)
  return version ? `${version[1]} ${version[2]}` : userAgent
}
