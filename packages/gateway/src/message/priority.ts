/** Priorities as peers say them. */

/** The center's four priorities; 5.0's 4 ("background") is the lowest. */
export function priorityOf(flag: number): 0 | 1 | 2 | 3 {
  return flag === 1 || flag === 2 || flag === 3 ? flag : 0;
}
